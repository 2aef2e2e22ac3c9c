-- The same by month of receipt, of one system or of all.
select
    c.receipt_month as month,
    sum(c.ministry_listed)::bigint as listed,
    sum(c.matched_by_code + c.matched_by_time + c.counted_in_group)::bigint as held,
    sum(c.ministry_only)::bigint as left_out,
    sum(c.undetermined)::bigint as undetermined,
    sum(c.on_portal)::bigint as on_portal
from mart.fact_ministry_coverage c
where c.night = %(night)s and (%(source)s::text is null or c.source_id = %(source)s)
group by 1
order by 1 desc nulls last
