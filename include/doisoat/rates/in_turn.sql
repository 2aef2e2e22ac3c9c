-- The groups one after the other, starting with the one that gains most alone: each with the effects of all before it.
create temporary table turn on commit drop as
with counted as (
    select
        of_group as label,
        count(distinct gap_key) as to_repair
    from repair_of group by 1
)
select
    c.label,
    c.to_repair,
    row_number() over (order by coalesce(a.ratio_least, 0) desc, c.to_repair, c.label) as place
from counted c left join alone a on a.part = c.label;
analyze turn;
create temporary table grouped on commit drop as
select distinct on (so_far.label, r.mend)
    r.*,
    so_far.label
from turn so_far join turn t on t.place <= so_far.place join repair_of r on r.of_group = t.label
order by so_far.label, r.mend, t.place;
analyze grouped;
