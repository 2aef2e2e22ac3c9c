-- Of all dossiers received, those with digitised components. What no side states, or what the sides contradict each
-- other on, is left open.
select
    period_kind,
    period_start,
    part,
    digitised as numerator_least,
    digitised + digitised_unsaid + digitised_disputed as numerator_most,
    provincial as denominator_least,
    provincial as denominator_most,
    recon.ratio(digitised, provincial) as ratio_least,
    recon.ratio(digitised + digitised_unsaid + digitised_disputed, provincial) as ratio_most,
    case when provincial > 0 then 'counted' end as denominator_basis
from rolled
