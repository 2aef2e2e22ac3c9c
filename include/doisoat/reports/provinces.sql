-- Every province in a period, the best first: its points in each group, how it moved, and in which group it is furthest
-- ahead of ours. Of the last week in which ours was asked for, so that all are ranked on the same days.
with standing as (
    select * from mart.province_standing
    where (period_kind, period_start) = (%(period_kind)s, %(period_start)s::date) and metric = ''
        and week = (
            select max(week) from mart.province_standing
            where (period_kind, period_start) = (%(period_kind)s, %(period_start)s::date) and province_code = %(code)s
        )
),
ahead as (
    select distinct on (t.province_code)
        t.province_code,
        t.group_code,
        t.score - o.score as points
    from standing t
    join standing o on o.source_id = t.source_id and o.group_code = t.group_code and o.province_code = %(code)s
    where t.group_code <> 'total' and t.score > o.score
    order by t.province_code, t.score - o.score desc, t.group_code
)
select
    s.place,
    s.province_code as code,
    s.province_name as name,
    s.score as total,
    s.score
    - (select score from standing where group_code = 'total' and province_code = %(code)s limit 1
    ) as beyond_ours,
    a.group_code as most_ahead_in,
    a.points as ahead_by,
    s.place_before - s.place as places_gained,
    max(g.score) filter (where g.group_code = 'CKMB') as ckmb,
    max(g.score) filter (where g.group_code = 'TDGQ') as tdgq,
    max(g.score) filter (where g.group_code = 'MDSH') as mdsh,
    max(g.score) filter (where g.group_code = 'CLGQ') as clgq,
    max(g.score) filter (where g.group_code = 'TTTT') as tttt,
    max(g.score) filter (where g.group_code = 'MDHL') as mdhl,
    s.week
from standing s
join standing g using (source_id, province_code)
left join ahead a using (province_code)
where s.group_code = 'total'
group by
    s.place, s.province_code, s.province_name, s.score, a.group_code, a.points, s.place_before, s.week
order by s.place nulls last, s.province_code
