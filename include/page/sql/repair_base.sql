-- The sums that the rates of a period were computed from; stands in other statements as a part.
select
    s.period_kind,
    coalesce(s.period_start, '-infinity') as period_start,
    coalesce(s.agency_id, '') as agency_id,
    s.provincial,
    s.synced,
    s.synced_undecided,
    s.synced_through,
    s.maybe_repeated,
    s.maybe_repeated_synced,
    s.maybe_repeated_unsynced,
    s.status_in_step,
    s.status_undecided,
    s.portal,
    s.portal_rows,
    s.added,
    s.added_on_portal,
    s.added_portal_undecided,
    s.maybe_added,
    s.maybe_added_on_portal,
    s.maybe_added_portal_undecided,
    s.online,
    s.channel_unknown,
    s.reported,
    s.reported_basis
from mart.rate_sum s
where s.night = %(night)s and s.period_kind = %(kind)s and s.period_start is not distinct from %(start)s
    and s.agency_id is not distinct from %(agency)s
