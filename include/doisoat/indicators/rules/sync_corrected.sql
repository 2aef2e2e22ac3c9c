-- Every dossier once, also those that only a ministry's system handles; of them those that the portal holds. A dossier of
-- which it is not known whether the province holds it counts at worst as missing and at best as one that is there.
select period_kind, period_start, part,
    synced + added_on_portal as numerator_least,
    synced + synced_undecided + added_on_portal + added_portal_undecided + maybe_added_on_portal + maybe_added_portal_undecided
        as numerator_most,
    provincial + added as denominator_least, provincial + added + maybe_added as denominator_most,
    recon.ratio(synced + added_on_portal, provincial + added + maybe_added - maybe_added_on_portal) as ratio_least,
    recon.ratio(
        synced + synced_undecided + added_on_portal + added_portal_undecided + maybe_added_on_portal + maybe_added_portal_undecided,
        provincial + added + maybe_added_on_portal + maybe_added_portal_undecided) as ratio_most,
    case when provincial + added + maybe_added > 0 then 'counted' end as denominator_basis
from rolled
