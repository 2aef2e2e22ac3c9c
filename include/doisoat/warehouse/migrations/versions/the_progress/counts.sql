-- How far the province's dossiers have come, beside the counts of the other indicators; in the archive in the same order.
alter table recon.indicator_cell
    add column resolved_early bigint not null default 0,
    add column resolved_on_time bigint not null default 0,
    add column resolved_overdue bigint not null default 0,
    add column resolved_undecided bigint not null default 0,
    add column resolved_early_by_date bigint not null default 0,
    add column resolved_on_time_by_date bigint not null default 0,
    add column resolved_overdue_by_date bigint not null default 0,
    add column resolved_undecided_by_date bigint not null default 0,
    add column pending_in_time bigint not null default 0,
    add column pending_overdue bigint not null default 0,
    add column pending_undecided bigint not null default 0,
    add column pending_in_time_by_date bigint not null default 0,
    add column pending_overdue_by_date bigint not null default 0,
    add column pending_undecided_by_date bigint not null default 0,
    add column pending_awaiting bigint not null default 0,
    add column ended_without_result bigint not null default 0,
    add column ended_undated bigint not null default 0;
alter table archive.indicator_cell
    add column resolved_early bigint not null default 0,
    add column resolved_on_time bigint not null default 0,
    add column resolved_overdue bigint not null default 0,
    add column resolved_undecided bigint not null default 0,
    add column resolved_early_by_date bigint not null default 0,
    add column resolved_on_time_by_date bigint not null default 0,
    add column resolved_overdue_by_date bigint not null default 0,
    add column resolved_undecided_by_date bigint not null default 0,
    add column pending_in_time bigint not null default 0,
    add column pending_overdue bigint not null default 0,
    add column pending_undecided bigint not null default 0,
    add column pending_in_time_by_date bigint not null default 0,
    add column pending_overdue_by_date bigint not null default 0,
    add column pending_undecided_by_date bigint not null default 0,
    add column pending_awaiting bigint not null default 0,
    add column ended_without_result bigint not null default 0,
    add column ended_undated bigint not null default 0;
comment on column recon.indicator_cell.resolved_early is 'Dossiers with a result that ended in this month before the day on which they were due; by moments, less the time in which supplements were awaited.';
comment on column recon.indicator_cell.resolved_on_time is 'Dossiers with a result that ended in this month on the day on which they were due, and in time; by moments.';
comment on column recon.indicator_cell.resolved_overdue is 'Dossiers with a result that ended in this month after they were due, or for which supplements were asked for more than once; by moments.';
comment on column recon.indicator_cell.resolved_undecided is 'Dossiers with a result that ended in this month of which the evidence does not tell whether in time; by moments.';
comment on column recon.indicator_cell.resolved_early_by_date is 'Dossiers with a result that ended in this month on a day before the due date; calendar dates compared.';
comment on column recon.indicator_cell.resolved_on_time_by_date is 'Dossiers with a result that ended in this month on the due date; calendar dates compared.';
comment on column recon.indicator_cell.resolved_overdue_by_date is 'Dossiers with a result that ended in this month on a day after the due date; calendar dates compared.';
comment on column recon.indicator_cell.resolved_undecided_by_date is 'Dossiers with a result that ended in this month and of which no due date, or no day of the end, is known; calendar dates compared.';
comment on column recon.indicator_cell.pending_in_time is 'Dossiers of this receipt month that are open on the night and not yet due; by moments, less the time in which supplements were awaited.';
comment on column recon.indicator_cell.pending_overdue is 'Dossiers of this receipt month that are open on the night and overdue, or for which supplements were asked for more than once; by moments.';
comment on column recon.indicator_cell.pending_undecided is 'Dossiers of this receipt month that are open on the night and of which the evidence does not tell whether in time; by moments.';
comment on column recon.indicator_cell.pending_in_time_by_date is 'Dossiers of this receipt month that are open on the night and whose due date has not passed; calendar dates compared.';
comment on column recon.indicator_cell.pending_overdue_by_date is 'Dossiers of this receipt month that are open on the night and whose due date has passed; calendar dates compared.';
comment on column recon.indicator_cell.pending_undecided_by_date is 'Dossiers of this receipt month that are open on the night and of which no due date is known.';
comment on column recon.indicator_cell.pending_awaiting is 'Of the dossiers that are open on the night, those that await a supplement (status 5).';
comment on column recon.indicator_cell.ended_without_result is 'Dossiers that ended in this month refused, withdrawn or stopped.';
comment on column recon.indicator_cell.ended_undated is 'Dossiers of this receipt month that ended, with a result or without; on what day no source states.';
comment on column archive.indicator_cell.resolved_early is 'Dossiers with a result that ended in this month before the day on which they were due; by moments, less the time in which supplements were awaited.';
comment on column archive.indicator_cell.resolved_on_time is 'Dossiers with a result that ended in this month on the day on which they were due, and in time; by moments.';
comment on column archive.indicator_cell.resolved_overdue is 'Dossiers with a result that ended in this month after they were due, or for which supplements were asked for more than once; by moments.';
comment on column archive.indicator_cell.resolved_undecided is 'Dossiers with a result that ended in this month of which the evidence does not tell whether in time; by moments.';
comment on column archive.indicator_cell.resolved_early_by_date is 'Dossiers with a result that ended in this month on a day before the due date; calendar dates compared.';
comment on column archive.indicator_cell.resolved_on_time_by_date is 'Dossiers with a result that ended in this month on the due date; calendar dates compared.';
comment on column archive.indicator_cell.resolved_overdue_by_date is 'Dossiers with a result that ended in this month on a day after the due date; calendar dates compared.';
comment on column archive.indicator_cell.resolved_undecided_by_date is 'Dossiers with a result that ended in this month and of which no due date, or no day of the end, is known; calendar dates compared.';
comment on column archive.indicator_cell.pending_in_time is 'Dossiers of this receipt month that are open on the night and not yet due; by moments, less the time in which supplements were awaited.';
comment on column archive.indicator_cell.pending_overdue is 'Dossiers of this receipt month that are open on the night and overdue, or for which supplements were asked for more than once; by moments.';
comment on column archive.indicator_cell.pending_undecided is 'Dossiers of this receipt month that are open on the night and of which the evidence does not tell whether in time; by moments.';
comment on column archive.indicator_cell.pending_in_time_by_date is 'Dossiers of this receipt month that are open on the night and whose due date has not passed; calendar dates compared.';
comment on column archive.indicator_cell.pending_overdue_by_date is 'Dossiers of this receipt month that are open on the night and whose due date has passed; calendar dates compared.';
comment on column archive.indicator_cell.pending_undecided_by_date is 'Dossiers of this receipt month that are open on the night and of which no due date is known.';
comment on column archive.indicator_cell.pending_awaiting is 'Of the dossiers that are open on the night, those that await a supplement (status 5).';
comment on column archive.indicator_cell.ended_without_result is 'Dossiers that ended in this month refused, withdrawn or stopped.';
comment on column archive.indicator_cell.ended_undated is 'Dossiers of this receipt month that ended, with a result or without; on what day no source states.';
comment on column recon.indicator_cell.cell_month is 'First day of the receipt month; of resolved_* and ended_without_result, of the month of the end. Infinity for the named cell "no receipt date".';
comment on column archive.indicator_cell.cell_month is 'First day of the receipt month; of resolved_* and ended_without_result, of the month of the end. Infinity for the named cell "no receipt date".';
