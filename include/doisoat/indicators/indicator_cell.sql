-- The counts of every group of indicators, side by side in one cell; a group that counts nothing there counts 0.
create temporary table indicator_cell_tonight on commit drop as
select source_id, agency_id, procedure_family, channel, cell_month,
    coalesce(provincial, 0) as provincial, coalesce(synced, 0) as synced, coalesce(synced_undecided, 0) as synced_undecided,
    coalesce(synced_through, 0) as synced_through, coalesce(maybe_repeated, 0) as maybe_repeated,
    coalesce(maybe_repeated_synced, 0) as maybe_repeated_synced, coalesce(maybe_repeated_unsynced, 0) as maybe_repeated_unsynced,
    coalesce(status_in_step, 0) as status_in_step, coalesce(status_undecided, 0) as status_undecided,
    coalesce(portal, 0) as portal, coalesce(portal_rows, 0) as portal_rows, coalesce(added, 0) as added,
    coalesce(added_on_portal, 0) as added_on_portal, coalesce(added_portal_undecided, 0) as added_portal_undecided,
    coalesce(maybe_added, 0) as maybe_added, coalesce(maybe_added_on_portal, 0) as maybe_added_on_portal,
    coalesce(maybe_added_portal_undecided, 0) as maybe_added_portal_undecided,
    coalesce(digitised, 0) as digitised, coalesce(digitised_unsaid, 0) as digitised_unsaid,
    coalesce(digitised_disputed, 0) as digitised_disputed, coalesce(with_result, 0) as with_result,
    coalesce(result_unknown, 0) as result_unknown, coalesce(with_result_digitised, 0) as with_result_digitised,
    coalesce(with_result_undecided, 0) as with_result_undecided, coalesce(paid_online, 0) as paid_online,
    coalesce(payment_unsaid, 0) as payment_unsaid, coalesce(payment_disputed, 0) as payment_disputed,
    coalesce(payment_asked, 0) as payment_asked, coalesce(accepted_timed, 0) as accepted_timed,
    coalesce(acceptance_seconds, 0) as acceptance_seconds, coalesce(accepted_in_8_hours, 0) as accepted_in_8_hours,
    coalesce(acceptance_unknown, 0) as acceptance_unknown, coalesce(acceptance_implausible, 0) as acceptance_implausible,
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
full join service_counts using (source_id, agency_id, procedure_family, channel, cell_month)
full join progress_counts using (source_id, agency_id, procedure_family, channel, cell_month);
analyze indicator_cell_tonight;
