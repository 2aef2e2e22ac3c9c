-- The gaps that are left, grouped by what is asked for.
with gap as materialized (
    select * from matching_gap
)
select
    grouping_value as value,
    count(*) as gaps,
    count(distinct dossier_id) as dossiers,
    count(*) filter (where state <> 'open') as answered,
    max(age_nights) as oldest
from gap
group by 1
order by count(*) desc, 1
