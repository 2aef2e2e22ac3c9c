-- Of all dossiers received, those submitted online. Each one of an unknown channel may be one more.
select
    period_kind,
    period_start,
    part,
    online as numerator_least,
    online + channel_unknown as numerator_most,
    provincial as denominator_least,
    provincial as denominator_most,
    recon.ratio(online, provincial) as ratio_least,
    recon.ratio(online + channel_unknown, provincial) as ratio_most,
    case when provincial > 0 then 'counted' end as denominator_basis
from rolled
