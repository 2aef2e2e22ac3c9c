-- Of which procedures does the portal hold less than half in every province that has any, in two provinces or more?
with latest as (select province, max(night) as night from night group by province),
held as (
    select
        f.province,
        f.procedure_family,
        sum(f.provincial) as dossiers,
        sum(f.synced + f.synced_undecided + f.synced_through) as on_portal
    from fact_indicator f
    inner join latest l on l.province = f.province and l.night = f.night
    where f.source_id = '' and f.procedure_family <> 'unknown'
    group by f.province, f.procedure_family
    having sum(f.provincial) > 0
)
select
    h.procedure_family,
    max(p.name) as name,
    count(distinct h.province) as provinces,
    sum(h.dossiers) as dossiers,
    sum(h.on_portal) as on_portal
from held h
inner join latest l on l.province = h.province
left join dim_procedure p on p.province = l.province and p.night = l.night and p.procedure_family = h.procedure_family
group by h.procedure_family
having count(distinct h.province) >= 2 and max(h.on_portal / h.dossiers) < 0.5
order by dossiers desc, h.procedure_family;
