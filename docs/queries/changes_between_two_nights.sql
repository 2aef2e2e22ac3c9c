-- What changed between any two nights? Here: the first and the last; write your own into the first line.
with asked (earlier, later) as (select min(night), max(night) from mart.night)
select
    case when e.gap_id is null then 'new' when l.gap_id is null then 'gone' else 'another cause' end as change,
    coalesce(l.kind, e.kind) as kind,
    coalesce(l.owner_name, e.owner_name) as unit,
    count(*) as gaps
from (select * from mart.gap where night = (select earlier from asked)) e
full join (select * from mart.gap where night = (select later from asked)) l using (gap_id)
where e.gap_id is null or l.gap_id is null or e.cause <> l.cause
group by 1, 2, 3
order by 1, 2, 3;
