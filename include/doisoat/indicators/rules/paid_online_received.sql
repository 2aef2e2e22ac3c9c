-- Of all dossiers received, including those with nothing to pay, those paid online.
select
    period_kind,
    period_start,
    part,
    paid_online as numerator_least,
    paid_online + payment_unsaid + payment_disputed as numerator_most,
    provincial as denominator_least,
    provincial as denominator_most,
    recon.ratio(paid_online, provincial) as ratio_least,
    recon.ratio(paid_online + payment_unsaid + payment_disputed, provincial) as ratio_most,
    case when provincial > 0 then 'counted' end as denominator_basis
from rolled
