-- The counts of every group of indicators, side by side in one cell.
create temporary table indicator_cell_tonight on commit drop as
select source_id, agency_id, procedure_family, channel, cell_month,
    -- sync_counts
    coalesce(provincial, 0) as provincial, coalesce(synced, 0) as synced, coalesce(synced_undecided, 0) as synced_undecided,
    coalesce(status_in_step, 0) as status_in_step, coalesce(status_undecided, 0) as status_undecided,
    coalesce(portal, 0) as portal, coalesce(portal_rows, 0) as portal_rows, coalesce(added, 0) as added,
    coalesce(added_on_portal, 0) as added_on_portal, coalesce(added_portal_undecided, 0) as added_portal_undecided,
    coalesce(maybe_added, 0) as maybe_added, coalesce(maybe_added_on_portal, 0) as maybe_added_on_portal,
    coalesce(maybe_added_portal_undecided, 0) as maybe_added_portal_undecided,
    -- progress_counts
    coalesce(resolved_early, 0) as resolved_early, coalesce(resolved_on_time, 0) as resolved_on_time,
    coalesce(resolved_overdue, 0) as resolved_overdue, coalesce(resolved_undecided, 0) as resolved_undecided,
    coalesce(resolved_early_by_date, 0) as resolved_early_by_date,
    coalesce(resolved_on_time_by_date, 0) as resolved_on_time_by_date,
    coalesce(resolved_overdue_by_date, 0) as resolved_overdue_by_date,
    coalesce(resolved_undecided_by_date, 0) as resolved_undecided_by_date, coalesce(pending_in_time, 0) as pending_in_time,
    coalesce(pending_overdue, 0) as pending_overdue, coalesce(pending_undecided, 0) as pending_undecided,
    coalesce(pending_in_time_by_date, 0) as pending_in_time_by_date,
    coalesce(pending_overdue_by_date, 0) as pending_overdue_by_date,
    coalesce(pending_undecided_by_date, 0) as pending_undecided_by_date, coalesce(pending_awaiting, 0) as pending_awaiting,
    coalesce(ended_without_result, 0) as ended_without_result, coalesce(ended_undated, 0) as ended_undated
from sync_counts
full join progress_counts using (source_id, agency_id, procedure_family, channel, cell_month);
analyze indicator_cell_tonight;
