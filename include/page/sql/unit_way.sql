-- An agency and those above it in a month, from the top.
select
    s.ancestor_id as agency_id,
    coalesce(a.name, s.ancestor_id) as name
from mart.agency_subtree s
left join mart.dim_agency a on a.agency_id = s.ancestor_id
where s.agency_id = %(agency)s and s.from_month <= %(month)s and %(month)s < s.to_month
order by (
    select count(*) from mart.agency_subtree t
    where t.agency_id = s.ancestor_id and t.from_month <= %(month)s and %(month)s < t.to_month
)
