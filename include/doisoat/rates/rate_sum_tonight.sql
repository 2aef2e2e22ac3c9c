-- The sums that tonight's sync rates were computed from, and what was reported for the same period and agency.
create temporary table rate_sum_tonight on commit drop as
select
    r.period_kind,
    r.period_start,
    r.part as agency_id,
    r.provincial,
    r.synced,
    r.synced_undecided,
    r.synced_through,
    r.maybe_repeated,
    r.maybe_repeated_synced,
    r.maybe_repeated_unsynced,
    r.status_in_step,
    r.status_undecided,
    r.portal,
    r.portal_rows,
    r.added,
    r.added_on_portal,
    r.added_portal_undecided,
    r.maybe_added,
    r.maybe_added_on_portal,
    r.maybe_added_portal_undecided,
    r.online,
    r.channel_unknown,
    q.value as reported,
    q.basis as reported_basis
from rolled r
left join reported q on (q.period_kind, q.period_start, q.agency) = (r.period_kind, r.period_start, r.part);
analyze rate_sum_tonight;
