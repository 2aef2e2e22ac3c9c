-- The gaps that are left, by age.
with gap as materialized (
    select * from matching_gap
)
select
    count(*) as gaps,
    count(distinct dossier_id) as dossiers,
    count(*) filter (where age = '7') as age_7,
    count(*) filter (where age = '30') as age_30,
    count(*) filter (where age = '90') as age_90,
    count(*) filter (where age = 'older') as age_older
from gap
