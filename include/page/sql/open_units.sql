-- The units that have the most open gaps to act on.
select
    g.owner_id,
    coalesce(a.name, g.owner_id) as name,
    count(*) as gaps,
    max(g.age_nights) as oldest
from mart.gap g
left join mart.dim_agency a on a.agency_id = g.owner_id
where g.night = %(night)s
group by 1, 2
order by count(*) desc, 1
limit 8
