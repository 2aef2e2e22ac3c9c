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
comment on column mart.dim_indicator.indicator is 'Its name, as in mart.rate.';
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

create view mart.fact_indicator_revision as
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
    c.resolved_early,
    c.resolved_on_time,
    c.resolved_overdue,
    c.resolved_undecided,
    c.resolved_early_by_date,
    c.resolved_on_time_by_date,
    c.resolved_overdue_by_date,
    c.resolved_undecided_by_date,
    c.pending_in_time,
    c.pending_overdue,
    c.pending_undecided,
    c.pending_in_time_by_date,
    c.pending_overdue_by_date,
    c.pending_undecided_by_date,
    c.pending_awaiting,
    c.ended_without_result,
    c.ended_undated
from mart.night_revision n
join archive.any_indicator_cell c on c.archive_id = n.archive_id and c.from_night <= n.night and n.night < c.to_night;

create view mart.fact_indicator as
select
    night,
    is_latest,
    source_id,
    agency_id,
    procedure_family,
    channel,
    receipt_month,
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
    digitised,
    digitised_unsaid,
    digitised_disputed,
    with_result,
    result_unknown,
    with_result_digitised,
    with_result_undecided,
    paid_online,
    payment_unsaid,
    payment_disputed,
    payment_asked,
    accepted_timed,
    acceptance_seconds,
    accepted_in_8_hours,
    acceptance_unknown,
    acceptance_implausible,
    -- progress_counts
    resolved_early,
    resolved_on_time,
    resolved_overdue,
    resolved_undecided,
    resolved_early_by_date,
    resolved_on_time_by_date,
    resolved_overdue_by_date,
    resolved_undecided_by_date,
    pending_in_time,
    pending_overdue,
    pending_undecided,
    pending_in_time_by_date,
    pending_overdue_by_date,
    pending_undecided_by_date,
    pending_awaiting,
    ended_without_result,
    ended_undated
from mart.fact_indicator_revision where is_standing;
comment on view mart.fact_indicator is 'The counts behind the rates: dossiers by cell; every column is a sum. Grain: night, source, agency, procedure family, channel, receipt month.';
comment on column mart.fact_indicator.night is 'The published night.';
comment on column mart.fact_indicator.is_latest is 'True for the night to read by default.';
comment on column mart.fact_indicator.receipt_month is 'First day of the month of receipt; for resolved_* and ended_without_result, of the month in which the dossier ended. Null in the named cell "no receipt date", which no rate counts.';

create view mart.rate_revision as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    r.indicator,
    r.period_kind,
    nullif(r.period_start, '-infinity') as period_start,
    nullif(r.agency_id, '') as agency_id,
    r.numerator_least,
    r.numerator_most,
    r.denominator_least,
    r.denominator_most,
    r.ratio_least,
    r.ratio_most,
    r.denominator_basis,
    i.is_in_force,
    recon.points(r.ratio_least, i.points, i.full_at) as points_least,
    recon.points(r.ratio_most, i.points, i.full_at) as points_most,
    n.stale_sources,
    not(n.provincial_is_complete and n.national_is_complete) as is_incomplete,
    r.period_kind <> 'all' and r.period_start + case r.period_kind when 'month' then interval '1 month'
        when 'quarter' then interval '3 months' else interval '1 year'
    end > n.night + 1 as is_provisional
from mart.night_revision n
join archive.any_rate r on r.archive_id = n.archive_id and r.from_night <= n.night and n.night < r.to_night
left join core.indicator i using (indicator);

create view mart.rate as
select
    night,
    is_latest,
    indicator,
    period_kind,
    period_start,
    agency_id,
    numerator_least,
    numerator_most,
    denominator_least,
    denominator_most,
    ratio_least,
    ratio_most,
    denominator_basis,
    is_in_force,
    points_least,
    points_most,
    stale_sources,
    is_incomplete,
    is_provisional
from mart.rate_revision where is_standing;
comment on view mart.rate is 'The values of the indicators, as a lower and an upper bound; both are equal if the evidence is complete. Grain: night, indicator, period, agency with all below it.';
comment on column mart.rate.night is 'The published night.';
comment on column mart.rate.is_latest is 'True for the night to read by default.';
comment on column mart.rate.period_start is 'First day of the period; null for all months.';
comment on column mart.rate.agency_id is 'The agency, with all below it in the month (mart.agency_subtree); null for the whole province, including unknown agencies.';
comment on column mart.rate.is_in_force is 'Whether the province file says that this reading is in force.';
comment on column mart.rate.points_least is 'The points it gives, lower bound; null if it gives none by itself.';
comment on column mart.rate.points_most is 'The points it gives, upper bound.';
comment on column mart.rate.stale_sources is 'For how many sources an earlier snapshot is used that night: check which ones before reading the number.';
comment on column mart.rate.is_incomplete is 'Whether a side was not listed completely that night.';
comment on column mart.rate.is_provisional is 'Whether the period was still running on that night.';
create view mart.published_sync as
select
    n.night,
    n.is_latest,
    c.period_kind,
    c.period_start,
    c.agency_id,
    max(c.value) filter (where c.measure in ('DOSSIER_SYNC_NUMERATOR', 'DB_TOTAL')) as numerator,
    max(c.value) filter (where c.measure in ('DOSSIER_SYNC_DENOMINATOR', 'HS_TOTAL')) as denominator,
    max(c.value) filter (where c.measure in ('DOSSIER_SYNC_RATIO_PER_10000', 'TILE_DB_PER_10000')) / 10000.0 as ratio,
    max(c.value) filter (where c.measure = 'DOSSIER_SYNC_SCORE_PER_10000') / 10000.0 as score,
    max(c.flags) as flags,
    c.source_id,
    min(r.ratio_least) as received_least,
    max(r.ratio_most) as received_most,
    min(k.ratio_least) as corrected_least,
    max(k.ratio_most) as corrected_most
from mart.night n
join core.control_total c on c.from_night <= n.night and n.night < c.to_night
left join mart.rate r
    on r.night = n.night
    and r.indicator = 'sync_received'
    and (r.period_kind, r.period_start) = (c.period_kind, c.period_start)
    and r.agency_id is not distinct from c.agency_id
left join mart.rate k
    on k.night = n.night
    and k.indicator = 'sync_corrected'
    and (k.period_kind, k.period_start) = (c.period_kind, c.period_start)
    and k.agency_id is not distinct from c.agency_id
where c.measure in (
        'DOSSIER_SYNC_NUMERATOR',
        'DOSSIER_SYNC_DENOMINATOR',
        'DOSSIER_SYNC_RATIO_PER_10000',
        'DOSSIER_SYNC_SCORE_PER_10000',
        'DB_TOTAL', 'HS_TOTAL', 'TILE_DB_PER_10000'
    ) and c.agency_id is distinct from 'unknown'
group by n.night, n.is_latest, c.source_id, c.period_kind, c.period_start, c.agency_id;
comment on view mart.published_sync is 'What the portal publishes for indicator 1.4, next to what we compute; `doisoat walk` shows the way from one to the other. Grain: night, source, period, agency.';
comment on column mart.published_sync.night is 'The published night.';
comment on column mart.published_sync.is_latest is 'True for the night to read by default.';
comment on column mart.published_sync.period_kind is 'month, quarter or year.';
comment on column mart.published_sync.period_start is 'First day of the period.';
comment on column mart.published_sync.agency_id is 'The unit; null for the province.';
comment on column mart.published_sync.numerator is 'What the portal counts as synced (DOSSIER_SYNC, earlier DB_TOTAL).';
comment on column mart.published_sync.denominator is 'The total it is taken of (DOSSIER_SYNC, earlier HS_TOTAL).';
comment on column mart.published_sync.ratio is 'The ratio as the portal states it, in its own unit.';
comment on column mart.published_sync.score is 'The points as the portal states them; null if it states none.';
comment on column mart.published_sync.flags is 'The portal''s own flags: a provisional denominator makes 100 %.';
comment on column mart.published_sync.source_id is 'The source that publishes it.';
comment on column mart.published_sync.received_least is 'sync_received, lower bound; in [0, 1].';
comment on column mart.published_sync.received_most is 'sync_received, upper bound.';
comment on column mart.published_sync.corrected_least is 'sync_corrected, lower bound.';
comment on column mart.published_sync.corrected_most is 'sync_corrected, upper bound.';

do $$
declare
    of_column record;
begin
    for of_column in
        select v.relname as view, a.attname as column, col_description(t.oid, ta.attnum) as meaning
        from pg_class v join pg_attribute a on a.attrelid = v.oid and a.attnum > 0
        join pg_class t on t.relnamespace = 'recon'::regnamespace
            and t.relname = case v.relname when 'fact_indicator' then 'indicator_cell' else 'rate' end
        join pg_attribute ta on ta.attrelid = t.oid and ta.attname = a.attname
        where v.relnamespace = 'mart'::regnamespace and v.relname in ('fact_indicator', 'rate')
          and col_description(v.oid, a.attnum) is null
    loop
        execute format('comment on column mart.%I.%I is %L', of_column.view, of_column.column, of_column.meaning);
    end loop;
end $$;
