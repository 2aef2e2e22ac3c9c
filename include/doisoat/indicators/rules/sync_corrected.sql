-- Every dossier once, including those that only a ministry's system handles; of them those that the portal holds, even
-- under the ministry's code. A dossier that the province may or may not hold counts as missing in the lower bound and
-- as present in the upper; what may have been imported twice, as in sync_own.
select
    r.period_kind,
    r.period_start,
    r.part,
    sure - maybe_repeated_synced as numerator_least,
    sure + maybe as numerator_most,
    provincial + added - maybe_repeated as denominator_least,
    provincial + added + maybe_added as denominator_most,
    recon.ratio(
        sure - maybe_repeated_synced, provincial + added + maybe_added - maybe_added_on_portal - maybe_repeated_synced
    )
        as ratio_least,
    recon.ratio(
        sure + maybe,
        provincial + added + maybe_added_on_portal + maybe_added_portal_undecided - maybe_repeated_unsynced
    ) as ratio_most,
    case when provincial + added + maybe_added > 0 then 'counted' end as denominator_basis
from rolled r
cross join lateral (
    select
        synced + synced_through + added_on_portal as sure,
        synced_undecided + added_portal_undecided + maybe_added_on_portal + maybe_added_portal_undecided as maybe
) s
