-- The counts of every group of indicators, side by side in one cell.
create temporary table indicator_cell_tonight on commit drop as
select source_id, agency_id, procedure_family, channel, cell_month, provincial, synced, synced_undecided, synced_through, maybe_repeated, maybe_repeated_synced, maybe_repeated_unsynced, status_in_step,
    status_undecided, portal, portal_rows, added, added_on_portal, added_portal_undecided, maybe_added, maybe_added_on_portal,
    maybe_added_portal_undecided
from sync_counts;
analyze indicator_cell_tonight;
