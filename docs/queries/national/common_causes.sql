-- Which causes of gaps do at least half of the provinces share, and who is at fault?
with latest as (select province, max(night) as night from night group by province),
asked as (select count(*) as provinces from latest)
select
    g.cause,
    max(c.label) as label,
    max(c.blames) as blames,
    count(distinct g.province) as provinces,
    count(*) as gaps,
    max(g.days_since_receipt) as oldest_days_since_receipt
from fact_sync_gap g
inner join latest l on l.province = g.province and l.night = g.night
left join dim_cause c on c.province = g.province and c.night = g.night and c.cause = g.cause
cross join asked a
group by g.cause, a.provinces
having 2 * count(distinct g.province) >= a.provinces
order by provinces desc, gaps desc, g.cause;
