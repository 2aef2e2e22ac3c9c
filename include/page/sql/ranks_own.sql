-- Where one province stands in all and in each group of a period, as last asked for; and what those above it have on
-- average in each group.
with asked as materialized (
    select * from mart.province_standing
    where period_kind = %(period_kind)s and period_start = %(period_start)s and metric = ''
),
standing as (
    select * from asked where week = (select max(week) from asked where province_code = %(code)s)
),
above as (
    select
        t.source_id,
        t.province_code
    from standing t
    join standing o on o.source_id = t.source_id and o.group_code = 'total' and o.province_code = %(code)s
    where t.group_code = 'total' and t.score > o.score
)
select
    o.group_code,
    o.score,
    o.max_score,
    o.place,
    o.provinces,
    o.to_next_place,
    o.best_score,
    o.place_before,
    o.place_before - o.place as gained,
    o.score - o.score_before as points_gained,
    o.flags,
    o.week,
    avg(t.score) as above_score,
    avg(t.score) - o.score as above_by,
    count(t.score) as above
from standing o
left join (standing t join above using (source_id, province_code))
    on t.source_id = o.source_id and t.group_code = o.group_code
where o.province_code = %(code)s
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
order by array_position('{total,CKMB,TDGQ,MDSH,CLGQ,TTTT,MDHL}', o.group_code)
