-- Where the month, quarter and year end that ran on a night, as foreseen on it (rates/outlook.py).
create view mart_history.forecast as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    nullif(o.source_id, '') as source_id,
    nullif(o.group_code, '') as group_code,
    o.measure,
    o.period_kind,
    o.period_start,
    e.last_day as period_end,
    o.points as max_score,
    least(1, round(o.counted_least / nullif(o.whole, 0), 6)) as ratio_least,
    least(1, round(o.counted_most / nullif(o.whole, 0), 6)) as ratio_most,
    least(1, round(o.counted_if_repaired_least / nullif(o.whole_if_repaired, 0), 6)) as ratio_if_repaired_least,
    least(1, round(o.counted_if_repaired_most / nullif(o.whole_if_repaired, 0), 6)) as ratio_if_repaired_most,
    o.end_least,
    o.end_most,
    o.end_if_repaired_least,
    o.end_if_repaired_most,
    round(recon.points(o.end_least, o.points, o.full_at), 4) as points_least,
    round(recon.points(o.end_most, o.points, o.full_at), 4) as points_most,
    round(recon.points(o.end_if_repaired_least, o.points, o.full_at), 4) as points_if_repaired_least,
    round(recon.points(o.end_if_repaired_most, o.points, o.full_at), 4) as points_if_repaired_most,
    o.earlier_months,
    o.tested,
    o.held,
    o.why_not
from mart.night_revision n
join archive.any_outlook o on o.archive_id = n.archive_id and o.night = n.night
cross join lateral (
    select (
        o.period_start + case o.period_kind when 'month' then interval '1 month' when 'quarter' then interval '3 months'
            else interval '1 year'
        end
    )::date - 1 as last_day
) e;

call pg_temp.show_standing('forecast');
comment on view mart.forecast is 'Where the month, quarter and year end in which the night lies: our indicators in force, and what the portal publishes of the six groups; as ranges (docs/rates.md says how). Grain: night, source, group, measure, kind of period.';
comment on column mart.forecast.night is 'The published night.';
comment on column mart.forecast.is_latest is 'True for the night to read by default.';
comment on column mart.forecast.source_id is 'Null: our own indicator; else the source that publishes it.';
comment on column mart.forecast.group_code is 'Of what is published: the group of decision 766, or total: all six. Null: ours.';
comment on column mart.forecast.measure is 'The indicator; of what is published the metric''s own code, empty for the group as a whole.';
comment on column mart.forecast.period_kind is 'month, quarter or year.';
comment on column mart.forecast.period_start is 'First day of the period.';
comment on column mart.forecast.period_end is 'Its last day: what is repaired by then counts when the period ends.';
comment on column mart.forecast.max_score is 'The points that it can give; null if it gives none by itself.';
comment on column mart.forecast.ratio_least is 'Where it stands on the night, at least; if the denominator is reported later, of what the province would report.';
comment on column mart.forecast.ratio_most is 'Where it stands, at most.';
comment on column mart.forecast.ratio_if_repaired_least is 'Where it would stand if everything were repaired that is listed, at least.';
comment on column mart.forecast.ratio_if_repaired_most is 'Where it would stand then, at most.';
comment on column mart.forecast.end_least is 'The ratio on the last night of the period if nothing is repaired, at least; null if it is not foreseen.';
comment on column mart.forecast.end_most is 'The same, at most.';
comment on column mart.forecast.end_if_repaired_least is 'The ratio on the last night if what is listed is repaired by then, at least.';
comment on column mart.forecast.end_if_repaired_most is 'The same, at most.';
comment on column mart.forecast.points_least is 'The points that end_least gives.';
comment on column mart.forecast.points_most is 'The points that end_most gives.';
comment on column mart.forecast.points_if_repaired_least is 'The points that end_if_repaired_least gives.';
comment on column mart.forecast.points_if_repaired_most is 'The points that end_if_repaired_most gives.';
comment on column mart.forecast.earlier_months is 'From how many earlier months the range follows; 0 on the last day, when nothing is left to foresee.';
comment on column mart.forecast.tested is 'How many earlier periods of the kind tell whether a range that was foreseen on the same day held; null for a sum.';
comment on column mart.forecast.held is 'In how many of them it did.';
comment on column mart.forecast.why_not is 'Why nothing is foreseen: nothing_counted, too_few_months, no_formula, not_additive, part_unknown or not_published (recon.outlook); null if something is.';

create view mart.late_change as
with told as (
    select
        c.source_id,
        c.period_kind,
        c.period_start,
        e.last_day,
        c.from_night,
        c.from_night > e.last_day + 1 and c.value <> lag(c.value) over earlier as is_late
    from core.control_total c
    cross join
        lateral (
            select (
                c.period_start
                + case c.period_kind when 'month' then interval '1 month' when 'quarter' then interval '3 months'
                    else interval '1 year'
                end
            )::date - 1 as last_day
        ) e
    where c.measure in ('DOSSIER_SYNC_NUMERATOR', 'DB_TOTAL')
        and c.period_kind in ('month', 'quarter', 'year')
        and c.agency_key = ''
    window earlier as (partition by c.source_id, c.measure, c.period_kind, c.period_start order by c.from_night)
)
select
    n.night,
    n.is_latest,
    t.source_id,
    t.period_kind,
    count(distinct t.period_start) as periods,
    count(distinct t.period_start) filter (where t.is_late) as changed,
    max(t.from_night - t.last_day) filter (where t.is_late) as latest_day
from mart.night n
join told t on t.from_night <= n.night and t.last_day < n.night
group by n.night, n.is_latest, t.source_id, t.period_kind;
comment on view mart.late_change is 'Whether the portal''s count of what is synced was seen to change after the period had ended: no source says until when it does. Grain: night, source, kind of period.';
comment on column mart.late_change.night is 'The published night.';
comment on column mart.late_change.is_latest is 'True for the night to read by default.';
comment on column mart.late_change.source_id is 'The source that publishes it.';
comment on column mart.late_change.period_kind is 'month, quarter or year.';
comment on column mart.late_change.periods is 'How many periods had ended by then of which it was read.';
comment on column mart.late_change.changed is 'In how many of them it was seen to change later than the night after the last day.';
comment on column mart.late_change.latest_day is 'How many days after the last day the latest such change was seen; null if none was. Later ones may not have been asked for.';
