-- The province's own dossiers, of them those that the portal holds: what the province can fix by itself. What may be
-- one dossier imported twice counts as one that is synced in the lower bound, and as one that is not in the upper.
select
    period_kind,
    period_start,
    part,
    synced - maybe_repeated_synced as numerator_least,
    synced + synced_undecided as numerator_most,
    provincial - maybe_repeated as denominator_least,
    provincial as denominator_most,
    recon.ratio(synced - maybe_repeated_synced, provincial - maybe_repeated_synced) as ratio_least,
    recon.ratio(synced + synced_undecided, provincial - maybe_repeated_unsynced) as ratio_most,
    case when provincial > 0 then 'counted' end as denominator_basis
from rolled
