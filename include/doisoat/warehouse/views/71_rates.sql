-- The values of the indicators, whatever their period.
create view archive.any_rate_of_night as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    r.indicator,
    r.period_kind,
    r.period_start,
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
    r.period_start + case r.period_kind when 'month' then interval '1 month' when 'quarter' then interval '3 months'
        when 'year' then interval '1 year'
    end > n.night + 1 as is_provisional
from mart.night_revision n
join archive.any_rate r on r.archive_id = n.archive_id and r.from_night <= n.night and n.night < r.to_night
left join core.indicator i using (indicator);
comment on view archive.any_rate_of_night is 'What mart_history.rate_month, rate_quarter, rate_year and rate_all_months show, in one.';
comment on column archive.any_rate_of_night.period_kind is 'month, quarter, year or all.';
comment on column archive.any_rate_of_night.period_start is 'First day of the period.';

create view mart_history.rate_month as
select
    night,
    revision,
    is_standing,
    is_latest,
    indicator,
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
from archive.any_rate_of_night where period_kind = 'month';

call pg_temp.show_standing('rate_month');
comment on view mart.rate_month is 'The values of the indicators for a receipt month (of what ended, the month of the end), as a lower and an upper bound; both are equal if the evidence is complete. Each agency includes all below it, so rows of agencies do not add up. Grain: night, indicator, month, agency with all below it.';
comment on column mart.rate_month.night is 'The published night.';
comment on column mart.rate_month.is_latest is 'True for the night to read by default.';
comment on column mart.rate_month.indicator is 'Which formula (mart.dim_indicator).';
comment on column mart.rate_month.period_start is 'First day of the month.';
comment on column mart.rate_month.agency_id is 'The agency, with all below it in the month (mart.agency_subtree); null for the whole province, including unknown agencies.';
comment on column mart.rate_month.numerator_least is 'What surely counts.';
comment on column mart.rate_month.numerator_most is 'What counts if all that is undecided does.';
comment on column mart.rate_month.denominator_least is 'Of how many, at least; null where no source states it.';
comment on column mart.rate_month.denominator_most is 'Of how many, at most.';
comment on column mart.rate_month.ratio_least is 'The rate as a fraction in [0, 1], at least; null where there is nothing to divide by.';
comment on column mart.rate_month.ratio_most is 'The rate as a fraction, at most.';
comment on column mart.rate_month.denominator_basis is 'Of a denominator that rests on what was reported: reported, sum_of_months, last_year_prorated, portal (less was reported than the portal holds) or unknown (what was reported did not come to us); else counted.';
comment on column mart.rate_month.is_in_force is 'Whether the province file says that this reading is in force.';
comment on column mart.rate_month.points_least is 'The points it gives, lower bound; null if it gives none by itself.';
comment on column mart.rate_month.points_most is 'The points it gives, upper bound.';
comment on column mart.rate_month.stale_sources is 'For how many sources an earlier snapshot is used that night: check which ones before reading the number.';
comment on column mart.rate_month.is_incomplete is 'Whether a side was not listed completely that night.';
comment on column mart.rate_month.is_provisional is 'Whether the period was still running on that night.';

create view mart_history.rate_quarter as
select
    night,
    revision,
    is_standing,
    is_latest,
    indicator,
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
from archive.any_rate_of_night where period_kind = 'quarter';

call pg_temp.show_standing('rate_quarter');
comment on view mart.rate_quarter is 'The values of the indicators for a quarter, as a lower and an upper bound; both are equal if the evidence is complete. Each agency includes all below it, so rows of agencies do not add up. Grain: night, indicator, quarter, agency with all below it.';
comment on column mart.rate_quarter.period_start is 'First day of the quarter.';

create view mart_history.rate_year as
select
    night,
    revision,
    is_standing,
    is_latest,
    indicator,
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
from archive.any_rate_of_night where period_kind = 'year';

call pg_temp.show_standing('rate_year');
comment on view mart.rate_year is 'The values of the indicators for a year, as a lower and an upper bound; both are equal if the evidence is complete. Each agency includes all below it, so rows of agencies do not add up. Grain: night, indicator, year, agency with all below it.';
comment on column mart.rate_year.period_start is 'First day of the year.';

create view mart_history.rate_all_months as
select
    night,
    revision,
    is_standing,
    is_latest,
    indicator,
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
    is_incomplete
from archive.any_rate_of_night where period_kind = 'all';

call pg_temp.show_standing('rate_all_months');
comment on view mart.rate_all_months is 'The values of the indicators for all months together, as a lower and an upper bound; both are equal if the evidence is complete. Each agency includes all below it, so rows of agencies do not add up. Grain: night, indicator, agency with all below it.';

create view mart.published_sync as
select
    n.night,
    n.is_latest,
    c.period_kind,
    c.period_start,
    c.agency_id,
    max(c.value) filter (where c.measure in ('DOSSIER_SYNC_NUMERATOR', 'DB_TOTAL')) as numerator,
    max(c.value) filter (where c.measure in ('DOSSIER_SYNC_DENOMINATOR', 'HS_TOTAL')) as denominator,
    round(
        max(c.value) filter (where c.measure in ('DOSSIER_SYNC_NUMERATOR', 'DB_TOTAL'))::numeric
        / nullif(max(c.value) filter (where c.measure in ('DOSSIER_SYNC_DENOMINATOR', 'HS_TOTAL')), 0),
        6
    ) as ratio,
    max(c.value) filter (where c.measure in ('DOSSIER_SYNC_RATIO_PER_10000', 'TILE_DB_PER_10000')) / 10000.0
        as stated_ratio,
    max(c.value) filter (where c.measure = 'DOSSIER_SYNC_SCORE_PER_10000') / 10000.0 as points,
    max(c.flags) as flags,
    c.source_id,
    min(r.ratio_least) as received_least,
    max(r.ratio_most) as received_most,
    min(k.ratio_least) as corrected_least,
    max(k.ratio_most) as corrected_most
from mart.night_revision n
join core.control_total c on c.from_night <= n.night and n.night < c.to_night
left join archive.any_rate r
    on r.archive_id = n.archive_id and r.from_night <= n.night and n.night < r.to_night
    and r.indicator = 'sync_received'
    and (r.period_kind, r.period_start) = (c.period_kind, c.period_start)
    and r.agency_id = coalesce(c.agency_id, '')
left join archive.any_rate k
    on k.archive_id = n.archive_id and k.from_night <= n.night and n.night < k.to_night
    and k.indicator = 'sync_corrected'
    and (k.period_kind, k.period_start) = (c.period_kind, c.period_start)
    and k.agency_id = coalesce(c.agency_id, '')
where n.is_standing and c.measure in (
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
comment on column mart.published_sync.ratio is 'The rate by these two counts, as a fraction.';
comment on column mart.published_sync.stated_ratio is 'The rate as the portal states it, in its own unit.';
comment on column mart.published_sync.points is 'The points as the portal states them; null if it states none.';
comment on column mart.published_sync.flags is 'The portal''s own flags: a provisional denominator makes 100 %.';
comment on column mart.published_sync.source_id is 'The source that publishes it.';
comment on column mart.published_sync.received_least is 'sync_received, lower bound; in [0, 1].';
comment on column mart.published_sync.received_most is 'sync_received, upper bound.';
comment on column mart.published_sync.corrected_least is 'sync_corrected, lower bound.';
comment on column mart.published_sync.corrected_most is 'sync_corrected, upper bound.';
