create view mart.dim_indicator as
select
    indicator,
    place,
    code,
    label,
    formula,
    legal_source,
    certainty,
    valid_from,
    valid_to,
    is_in_force,
    points,
    full_at
from core.indicator;
comment on view mart.dim_indicator is 'The formulas, with names and dates. Grain: indicator.';
comment on column mart.dim_indicator.indicator is 'Its name, as in mart.rate_month.';
comment on column mart.dim_indicator.place is 'The order in which they are shown.';
comment on column mart.dim_indicator.code is 'The number of the indicator in the decision.';
comment on column mart.dim_indicator.label is 'Its name in Vietnamese.';
comment on column mart.dim_indicator.formula is 'The formula in words.';
comment on column mart.dim_indicator.legal_source is 'The legal source of the formula.';
comment on column mart.dim_indicator.certainty is 'V seen in working software or on a public page, 2 second-hand, A our reading.';
comment on column mart.dim_indicator.valid_from is 'First day on which the source applies.';
comment on column mart.dim_indicator.valid_to is 'First day on which it no longer does.';
comment on column mart.dim_indicator.is_in_force is 'Whether the province file says that this reading is in force.';
comment on column mart.dim_indicator.points is 'The maximum number of points; null if it gives none by itself.';
comment on column mart.dim_indicator.full_at is 'The ratio from which all points are given; below it, in proportion.';

create view mart_history.fact_indicator as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    c.source_id,
    c.agency_id,
    c.procedure_family,
    c.channel,
    nullif(c.cell_month, 'infinity') as receipt_month,
    c.provincial,
    c.synced,
    c.synced_undecided,
    c.synced_through,
    c.maybe_repeated,
    c.maybe_repeated_synced,
    c.maybe_repeated_unsynced,
    c.status_in_step,
    c.status_undecided,
    c.portal,
    c.portal_rows,
    c.added,
    c.added_on_portal,
    c.added_portal_undecided,
    c.maybe_added,
    c.maybe_added_on_portal,
    c.maybe_added_portal_undecided,
    c.digitised,
    c.digitised_unsaid,
    c.digitised_disputed,
    c.with_result,
    c.result_unknown,
    c.with_result_digitised,
    c.with_result_undecided,
    c.paid_online,
    c.payment_unsaid,
    c.payment_disputed,
    c.payment_asked,
    c.accepted_timed,
    c.acceptance_seconds,
    c.accepted_in_8_hours,
    c.acceptance_unknown,
    c.acceptance_implausible,
    -- progress_counts
    c.pending_in_time,
    c.pending_overdue,
    c.pending_undecided,
    c.pending_in_time_by_date,
    c.pending_overdue_by_date,
    c.pending_undecided_by_date,
    c.pending_awaiting,
    c.ended_undated
from mart.night_revision n
join archive.any_indicator_cell c on c.archive_id = n.archive_id and c.from_night <= n.night and n.night < c.to_night
-- a cell in which dossiers only ended is one of mart.fact_ended
where
    c.provincial + c.portal_rows + c.added + c.maybe_added + c.maybe_repeated + c.ended_undated + c.pending_in_time
    + c.pending_overdue + c.pending_undecided + c.pending_in_time_by_date + c.pending_overdue_by_date
    + c.pending_undecided_by_date + c.pending_awaiting > 0;

call pg_temp.show_standing('fact_indicator');
comment on view mart.fact_indicator is 'The counts behind the rates: dossiers by cell of receipt; every column is a sum. What ended is counted by the month of its end, in mart.fact_ended. Grain: night, source, agency, procedure family, channel, receipt month.';
comment on column mart.fact_indicator.night is 'The published night.';
comment on column mart.fact_indicator.is_latest is 'True for the night to read by default.';
comment on column mart.fact_indicator.receipt_month is 'First day of the receipt month; null in the named cell "no receipt date", which no rate counts.';

create view mart_history.fact_ended as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    c.source_id,
    c.agency_id,
    c.procedure_family,
    c.channel,
    nullif(c.cell_month, 'infinity') as end_month,
    c.resolved_early,
    c.resolved_on_time,
    c.resolved_overdue,
    c.resolved_undecided,
    c.resolved_early_by_date,
    c.resolved_on_time_by_date,
    c.resolved_overdue_by_date,
    c.resolved_undecided_by_date,
    c.ended_without_result
from mart.night_revision n
join archive.any_indicator_cell c on c.archive_id = n.archive_id and c.from_night <= n.night and n.night < c.to_night
where
    c.resolved_early + c.resolved_on_time + c.resolved_overdue + c.resolved_undecided + c.resolved_early_by_date
    + c.resolved_on_time_by_date + c.resolved_overdue_by_date + c.resolved_undecided_by_date
    + c.ended_without_result > 0;

call pg_temp.show_standing('fact_ended');
comment on view mart.fact_ended is 'Dossiers that ended, early, in time or late, by the month of the end; every column is a sum. Grain: night, source, agency, procedure family, channel, month of the end.';
comment on column mart.fact_ended.night is 'The published night.';
comment on column mart.fact_ended.is_latest is 'True for the night to read by default.';
comment on column mart.fact_ended.end_month is 'First day of the month in which the dossiers ended; null if no source says on what day.';

do $$
declare
    of_column record;
begin
    for of_column in
        select v.relname as view, a.attname as column, col_description(t.oid, ta.attnum) as meaning
        from pg_class v join pg_attribute a on a.attrelid = v.oid and a.attnum > 0
        join pg_class t on t.relnamespace = 'recon'::regnamespace
            and t.relname = 'indicator_cell'
        join pg_attribute ta on ta.attrelid = t.oid and ta.attname = a.attname
        where v.relnamespace = 'mart'::regnamespace and v.relname in ('fact_indicator', 'fact_ended')
          and col_description(v.oid, a.attnum) is null
    loop
        execute format('comment on column mart.%I.%I is %L', of_column.view, of_column.column, of_column.meaning);
    end loop;
end $$;
