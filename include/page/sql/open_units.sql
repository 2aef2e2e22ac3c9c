-- The units that have the most open gaps to act on.
select
    g.owner_id,
    coalesce(g.owner_name, g.owner_id) as name,
    count(*) as gaps,
    max(g.days_since_opened) as oldest
from mart.gap g
where g.night = %(night)s
group by 1, 2
order by count(*) desc, 1
limit 8
