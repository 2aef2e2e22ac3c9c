-- The gaps that are left, grouped by what is asked for; and in every row, of how many dossiers all of them are.
with gap as materialized (
    select
        grouping_value as value,
        dossier_id,
        state,
        age_nights,
        age
    from matching_gap
)
select
    value,
    count(*) as gaps,
    count(distinct dossier_id) as dossiers,
    count(*) filter (where state <> 'open') as answered,
    max(age_nights) as oldest,
    count(*) filter (where age = '7') as age_7,
    count(*) filter (where age = '30') as age_30,
    count(*) filter (where age = '90') as age_90,
    count(*) filter (where age = 'older') as age_older,
    (select count(distinct dossier_id) from gap) as all_dossiers
from gap
group by 1
order by count(*) desc, 1
