-- An agency and everything below it, as the tree stands on the night; nothing if there is no such agency.
select agency_id
from mart.agency_subtree
where ancestor_id = %(agency)s
    and from_month <= date_trunc('month', %(night)s::date)
    and date_trunc('month', %(night)s::date) < to_month
order by 1
