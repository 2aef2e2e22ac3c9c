-- The province's own dossiers, of them those that the portal holds: what the province can mend by itself.
select period_kind, period_start, part, synced as numerator_least, synced + synced_undecided as numerator_most,
    provincial as denominator_least, provincial as denominator_most,
    recon.ratio(synced, provincial) as ratio_least, recon.ratio(synced + synced_undecided, provincial) as ratio_most,
    case when provincial > 0 then 'counted' end as denominator_basis
from rolled
