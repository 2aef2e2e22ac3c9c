-- The cells summed by period and part, and what was reported of just that. A dossier without a receipt date is in no period.
create temporary table rolled on commit drop as
select p.period_kind, p.period_start, part, sum(c.provincial)::bigint as provincial, sum(c.synced)::bigint as synced,
    sum(c.synced_undecided)::bigint as synced_undecided, sum(c.synced_through)::bigint as synced_through,
    sum(c.maybe_repeated)::bigint as maybe_repeated, sum(c.maybe_repeated_synced)::bigint as maybe_repeated_synced,
    sum(c.maybe_repeated_unsynced)::bigint as maybe_repeated_unsynced, sum(c.status_in_step)::bigint as status_in_step,
    sum(c.status_undecided)::bigint as status_undecided, sum(c.portal)::bigint as portal,
    sum(c.portal_rows)::bigint as portal_rows, sum(c.added)::bigint as added,
    sum(c.added_on_portal)::bigint as added_on_portal, sum(c.added_portal_undecided)::bigint as added_portal_undecided,
    sum(c.maybe_added)::bigint as maybe_added, sum(c.maybe_added_on_portal)::bigint as maybe_added_on_portal,
    sum(c.maybe_added_portal_undecided)::bigint as maybe_added_portal_undecided,
    coalesce(sum(c.provincial) filter (where c.channel = 'online'), 0)::bigint as online,
    coalesce(sum(c.provincial) filter (where c.channel = 'unknown'), 0)::bigint as channel_unknown,
    sum(c.digitised)::bigint as digitised, sum(c.digitised_unsaid)::bigint as digitised_unsaid,
    sum(c.digitised_disputed)::bigint as digitised_disputed, sum(c.with_result)::bigint as with_result,
    sum(c.result_unknown)::bigint as result_unknown, sum(c.with_result_digitised)::bigint as with_result_digitised,
    sum(c.with_result_undecided)::bigint as with_result_undecided, sum(c.paid_online)::bigint as paid_online,
    sum(c.payment_unsaid)::bigint as payment_unsaid, sum(c.payment_disputed)::bigint as payment_disputed,
    sum(c.payment_asked)::bigint as payment_asked, sum(c.accepted_timed)::bigint as accepted_timed,
    sum(c.acceptance_seconds)::bigint as acceptance_seconds, sum(c.accepted_in_8_hours)::bigint as accepted_in_8_hours,
    sum(c.acceptance_unknown)::bigint as acceptance_unknown, sum(c.acceptance_implausible)::bigint as acceptance_implausible,
    -- progress_counts
    sum(c.resolved_early)::bigint as resolved_early, sum(c.resolved_on_time)::bigint as resolved_on_time,
    sum(c.resolved_overdue)::bigint as resolved_overdue, sum(c.resolved_undecided)::bigint as resolved_undecided,
    sum(c.resolved_early_by_date)::bigint as resolved_early_by_date,
    sum(c.resolved_on_time_by_date)::bigint as resolved_on_time_by_date,
    sum(c.resolved_overdue_by_date)::bigint as resolved_overdue_by_date,
    sum(c.resolved_undecided_by_date)::bigint as resolved_undecided_by_date,
    sum(c.pending_in_time)::bigint as pending_in_time, sum(c.pending_overdue)::bigint as pending_overdue,
    sum(c.pending_undecided)::bigint as pending_undecided, sum(c.pending_in_time_by_date)::bigint as pending_in_time_by_date,
    sum(c.pending_overdue_by_date)::bigint as pending_overdue_by_date,
    sum(c.pending_undecided_by_date)::bigint as pending_undecided_by_date,
    sum(c.pending_awaiting)::bigint as pending_awaiting, sum(c.ended_without_result)::bigint as ended_without_result,
    sum(c.ended_undated)::bigint as ended_undated
from cell c
join period p on c.cell_month >= p.period_start and c.cell_month < p.period_end
cross join unnest(c.parts) as part
group by 1, 2, 3;
create unique index on rolled (period_kind, period_start, part);
analyze rolled;
