-- Of the dossiers submitted online and received, those received within eight clock hours. Each one whose time is not
-- known or implausible may be one more; so may one of an unknown channel, if it was submitted online at all.
select
    period_kind,
    period_start,
    part,
    accepted_in_8_hours as numerator_least,
    accepted_in_8_hours + acceptance_unknown + acceptance_implausible + channel_unknown as numerator_most,
    online as denominator_least,
    online + channel_unknown as denominator_most,
    recon.ratio(accepted_in_8_hours, online + channel_unknown) as ratio_least,
    recon.ratio(
        accepted_in_8_hours + acceptance_unknown + acceptance_implausible + channel_unknown, online + channel_unknown
    ) as ratio_most,
    case when online + channel_unknown > 0 then 'counted' end as denominator_basis
from rolled
