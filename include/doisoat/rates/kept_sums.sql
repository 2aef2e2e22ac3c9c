-- The sums that a revision of a night keeps of one month, quarter or year, of the whole or of an agency with all below
-- it; and that period.
create temporary table kept_sum on commit drop as
select
    period_kind,
    period_start,
    agency_id,
    provincial,
    synced,
    synced_undecided,
    synced_through,
    maybe_repeated,
    maybe_repeated_synced,
    maybe_repeated_unsynced,
    status_in_step,
    status_undecided,
    portal,
    portal_rows,
    added,
    added_on_portal,
    added_portal_undecided,
    maybe_added,
    maybe_added_on_portal,
    maybe_added_portal_undecided,
    online,
    channel_unknown,
    reported,
    reported_basis
from archive.any_rate_sum
where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night
    and period_kind = %(period_kind)s and period_start = %(kept_from)s and agency_id = coalesce(%(agency)s, '');
analyze kept_sum;
create temporary table period on commit drop as
select
    %(period_kind)s::text as period_kind,
    %(kept_from)s::date as period_start,
    (%(kept_from)s::date + %(step)s::interval)::date as period_end;
analyze period;
