-- The units that can be compared: those of the tree as it stood in a month, with the one above each.
select
    a.agency_id,
    a.name,
    p.name as above
from mart.dim_agency a
left join mart.dim_agency p on p.agency_id = a.parent_id
where a.agency_id <> 'unknown' and exists (
        select from mart.agency_subtree s
        where s.agency_id = a.agency_id and s.ancestor_id <> a.agency_id
            and s.from_month <= %(month)s and %(month)s < s.to_month
    )
order by p.name nulls first, a.name, a.agency_id
