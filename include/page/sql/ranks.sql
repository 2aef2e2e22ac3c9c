-- Every province in a period: its points in each group as published, its place and how it moved, and the group in which
-- it is furthest ahead of ours. Of the last week in which ours was asked for, so that all are ranked on the same days.
with asked as materialized (
    select * from mart.province_standing
    where period_kind = %(period_kind)s and period_start = %(period_start)s and metric = ''
),
standing as (
    select * from asked
    where week = (
            select coalesce(max(week) filter (where province_code = %(code)s), max(week)) from asked
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
),
province as (
    select
        s.province_code,
        coalesce(max(s.province_name), s.province_code) as name,
        max(s.place) filter (where s.group_code = 'total') as place,
        max(s.place_before) filter (where s.group_code = 'total') as place_before,
        max(s.score) filter (where s.group_code = 'total') as total,
        max(s.to_next_place) filter (where s.group_code = 'total') as to_next,
        max(s.score) filter (where s.group_code = 'CKMB') as ckmb,
        max(s.score) filter (where s.group_code = 'TDGQ') as tdgq,
        max(s.score) filter (where s.group_code = 'MDSH') as mdsh,
        max(s.score) filter (where s.group_code = 'CLGQ') as clgq,
        max(s.score) filter (where s.group_code = 'TTTT') as tttt,
        max(s.score) filter (where s.group_code = 'MDHL') as mdhl,
        max(s.week) as week
    from standing s
    group by s.province_code
)
select
    p.province_code,
    p.name,
    p.place,
    p.place_before,
    p.place_before - p.place as gained,
    p.total,
    p.to_next,
    p.total - (select total from province where province_code = %(code)s) as beyond_ours,
    p.ckmb,
    p.tdgq,
    p.mdsh,
    p.clgq,
    p.tttt,
    p.mdhl,
    a.group_code as ahead_in,
    a.points as ahead_by,
    p.week
from province p
left join ahead a using (province_code)
order by sorting_value, p.place nulls last, p.province_code
