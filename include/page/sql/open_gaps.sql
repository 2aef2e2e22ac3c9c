-- The open gaps of a night by age, by state and by whose move it is.
select
    count(*) as gaps,
    count(distinct dossier_id) as dossiers,
    count(*) filter (where days_since_opened <= 7) as age_7,
    count(*) filter (where days_since_opened between 8 and 30) as age_30,
    count(*) filter (where days_since_opened between 31 and 90) as age_90,
    count(*) filter (where days_since_opened > 90) as age_older,
    count(*) filter (where blames = 'province') as province,
    count(*) filter (where blames = 'portal') as portal,
    count(*) filter (where blames = 'ministry') as ministry,
    count(*) filter (where blames = 'nobody') as nobody,
    count(*) filter (where state = 'open') as open,
    count(*) filter (where state <> 'open') as answered
from mart.gap
where night = %(night)s
