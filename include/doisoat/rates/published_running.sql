-- What the portal publishes of the quarter and the year that run on the night, and of its month on the month's last
-- day: group by group and metric by metric, with the counts that its points follow from. Last for each source the kinds
-- of period of which it publishes nothing yet.
with published as (
    select
        s.source_id,
        coalesce(d.group_code, g.group_code) as group_code,
        s.metric,
        s.period_kind,
        d.rule,
        coalesce(d.full_at, 1) as full_at,
        s.score,
        s.max_score,
        case d.rule when 'ratio' then s.numerator when 'progress' then (s.numbers ->> 'totalOnTime')::numeric end
            as counted,
        case d.rule when 'ratio' then s.denominator when 'progress' then (s.numbers ->> 'totalReceived')::numeric end
            as whole
    from core.published_score s
    join mart.dim_portal_metric g on g.score_group = s.score_group and g.metric = ''
    left join mart.dim_portal_metric d on d.score_group = s.score_group and d.metric = s.metric
    where s.agency_id is null
        and s.from_night <= %(night)s
        and %(night)s < s.to_night
        and (s.period_kind, s.period_start) in (
            ('month', date_trunc('month', %(night)s::date)::date),
            ('quarter', date_trunc('quarter', %(night)s::date)::date),
            ('year', date_trunc('year', %(night)s::date)::date)
        )
)
select * from published
union all
select
    s.source_id,
    'total',
    '',
    k.period_kind,
    null,
    1,
    null,
    null,
    null,
    null
from (select distinct source_id from core.published_score where from_night <= %(night)s) s
cross join unnest('{month,quarter,year}'::text[]) as k (period_kind)
where not exists (
        select from published p where (p.source_id, p.period_kind) = (s.source_id, k.period_kind)
    )
order by 1, 4, 2, 3
