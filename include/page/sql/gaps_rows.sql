-- The gaps that are left, one part of them in the order asked for.
with gap as materialized (
    select * from matching_gap
),
shown as (
    select * from gap
    order by sorting_value, dossier_id, pair desc, kind, detail
    limit %(most)s offset %(start)s
)
select
    s.*,
    p.name as procedure_name,
    coalesce(o.name, s.owner_id) as owner_name,
    coalesce(a.name, s.agency_id) as agency_name
from shown s
left join mart.dim_procedure p using (procedure_family)
left join mart.dim_agency o on o.agency_id = s.owner_id
left join mart.dim_agency a on a.agency_id = s.agency_id
order by sorting_value, s.dossier_id, s.pair desc, s.kind, s.detail
