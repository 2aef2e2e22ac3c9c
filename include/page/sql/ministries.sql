-- The dossiers of ministries' systems, by whether the province and the portal hold them.
select
    c.source_id,
    d.source_name,
    coalesce(c.owner_name, d.source_name) as name,
    sum(c.ministry_listed)::bigint as listed,
    sum(c.matched_by_code + c.matched_by_time + c.counted_in_group)::bigint as held,
    sum(c.ministry_only)::bigint as left_out,
    sum(c.pending)::bigint as pending,
    sum(c.undetermined)::bigint as undetermined,
    sum(c.on_portal)::bigint as on_portal,
    sum(c.portal_undetermined)::bigint as portal_undetermined
from mart.fact_ministry_coverage c
join mart.dim_source d using (source_id)
where c.night = %(night)s
group by 1, 2, 3
order by sum(c.ministry_only) desc, 1
