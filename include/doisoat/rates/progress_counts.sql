-- The progress of the province's dossiers, by cell: what ended, by the month in which it ended; what is pending, and
-- what ended on an unknown date, by the month of receipt. A dossier without a receipt date is in no month, and in no
-- range of days.
create temporary table progress_counts on commit drop as
select
    '' as source_id,
    agency_id,
    procedure_family,
    channel,
    coalesce(case when receipt_month is null then null when ended_on is null then receipt_month
        else date_trunc('month', ended_on)::date
    end, 'infinity') as cell_month,
    count(*) filter (where outcome = 'resolved' and standing = 'early') as resolved_early,
    count(*) filter (where outcome = 'resolved' and standing = 'on_time') as resolved_on_time,
    count(*) filter (where outcome = 'resolved' and standing = 'overdue') as resolved_overdue,
    count(*) filter (where outcome = 'resolved' and standing = 'undecided') as resolved_undecided,
    count(*) filter (where outcome = 'resolved' and standing_by_date = 'early') as resolved_early_by_date,
    count(*) filter (where outcome = 'resolved' and standing_by_date = 'on_time') as resolved_on_time_by_date,
    count(*) filter (where outcome = 'resolved' and standing_by_date = 'overdue') as resolved_overdue_by_date,
    count(*) filter (where outcome = 'resolved' and standing_by_date = 'undecided') as resolved_undecided_by_date,
    count(*) filter (where outcome = 'pending' and standing = 'in_time') as pending_in_time,
    count(*) filter (where outcome = 'pending' and standing = 'overdue') as pending_overdue,
    count(*) filter (where outcome = 'pending' and standing = 'undecided') as pending_undecided,
    count(*) filter (where outcome = 'pending' and standing_by_date = 'in_time') as pending_in_time_by_date,
    count(*) filter (where outcome = 'pending' and standing_by_date = 'overdue') as pending_overdue_by_date,
    count(*) filter (where outcome = 'pending' and standing_by_date = 'undecided') as pending_undecided_by_date,
    count(*) filter (where outcome = 'pending' and awaits) as pending_awaiting,
    count(*) filter (where outcome = 'without_result' and ended_on is not null) as ended_without_result,
    count(*) filter (where outcome <> 'pending' and ended_on is null) as ended_undated
from progress
where %(first_day)s::date is null
    or receipt_date is not null and coalesce(ended_on, receipt_date) between %(first_day)s and %(last_day)s
group by 2, 3, 4, 5;
analyze progress_counts;
