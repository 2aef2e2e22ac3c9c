-- Every province by what the portal publishes of it, as asked for in a week: ranks within each metric, group and all
-- six groups together. Only what was asked for in the same week is ranked together, as a running quarter or year goes
-- on; a province of which a score is not published has no place in it.
create view mart.province_standing as
with of_group as (
    select
        l.source_id,
        l.week,
        l.period_kind,
        l.period_start,
        l.province_code,
        g.group_code,
        l.metric,
        l.score,
        l.max_score,
        l.ratio,
        l.flags
    from core.province_score l join mart.dim_portal_metric g on g.score_group = l.score_group and g.metric = ''
),
scored as (
    select * from of_group
    union all
    select
        source_id,
        week,
        period_kind,
        period_start,
        province_code,
        'total',
        '',
        case when count(score) = 6 then sum(score) end,
        case when count(max_score) = 6 then sum(max_score) end,
        null,
        '{}'
    from of_group
    where metric = ''
    group by source_id, week, period_kind, period_start, province_code
),
ranked as (
    select
        *,
        week = max(week) over (partition by source_id, period_kind, period_start, province_code) as is_latest,
        case when score is not null then rank() over (of_metric order by score desc nulls last) end as place,
        count(score) over of_metric as provinces,
        max(score) over of_metric as best_score,
        case
            when score is not null
                then min(score) over (
                        of_metric order by score nulls first groups between 1 following and 1 following
                    )
        end as next_score
    from scored
    window of_metric as (partition by source_id, week, period_kind, period_start, group_code, metric)
),
-- The period before by a window, not by a join of the ranks with themselves: how many derived rows there are is not
-- known to the planner, and a year of weeks was joined row by row. Of each period one row is the latest.
before as (
    select
        *,
        max(period_start) over the_one_before as start_before,
        max(place) filter (where is_latest) over the_one_before as latest_place_before,
        max(score) filter (where is_latest) over the_one_before as latest_score_before
    from ranked
    window the_one_before as (
        partition by source_id, period_kind, province_code, group_code, metric
        order by period_start groups between 1 preceding and 1 preceding
    )
)
select
    r.source_id,
    r.week,
    r.is_latest,
    r.period_kind,
    r.period_start,
    r.province_code,
    (
        select p.province_name from ops.province_pull p
        where (p.source_id, p.province_code) = (r.source_id, r.province_code) order by p.week desc limit 1
    ) as province_name,
    r.group_code,
    r.metric,
    r.score,
    r.max_score,
    r.ratio,
    r.flags,
    r.place,
    r.provinces,
    r.best_score,
    r.next_score - r.score as to_next_place,
    case when f.follows then r.latest_place_before end as place_before,
    case when f.follows then r.latest_score_before end as score_before
from before r
cross join lateral (
    select r.start_before = r.period_start - case r.period_kind
        when 'month' then interval '1 month'
        when 'quarter' then interval '3 months'
        else interval '1 year'
    end as follows
) f;
comment on view mart.province_standing is 'Where each province stands by the scores that the portal publishes, as asked for in a week (Dag compare_provinces). Grain: source, week, period, province, group, metric (empty: the group).';
comment on column mart.province_standing.source_id is 'The source that publishes it.';
comment on column mart.province_standing.period_kind is 'month, quarter or year.';
comment on column mart.province_standing.period_start is 'First day of the period; a quarter or year may still have been running when it was asked for.';
comment on column mart.province_standing.province_code is 'The province''s code at the portal.';
comment on column mart.province_standing.province_name is 'Its name.';
comment on column mart.province_standing.group_code is 'The group of decision 766, or total: all six together.';
comment on column mart.province_standing.metric is 'The metric''s own code; empty for the group as a whole.';
comment on column mart.province_standing.score is 'The points as published; null where none are; of the total null unless all six groups have points.';
comment on column mart.province_standing.max_score is 'The points that it can give, as published.';
comment on column mart.province_standing.ratio is 'In percent, as published.';
comment on column mart.province_standing.flags is 'The portal''s own data-quality flags.';
comment on column mart.province_standing.place is 'Its place among the provinces with a score asked for in the same week, 1 for the most points; equal points share one.';
comment on column mart.province_standing.provinces is 'How many provinces were asked for in that week and have a score.';
comment on column mart.province_standing.best_score is 'The most points that any has.';
comment on column mart.province_standing.to_next_place is 'How many points the next better score is away; null for the best.';
comment on column mart.province_standing.place_before is 'Its place in the period before, as last asked for; null if it was not asked for.';
comment on column mart.province_standing.score_before is 'Its points in the period before.';
comment on column mart.province_standing.week is 'The Sunday that begins the week in which it was asked for.';
comment on column mart.province_standing.is_latest is 'True for the last week in which this province was asked for about the period.';
