-- By how much does the portal show more than all provinces together: as declared, in listed rows, in dossiers?
with latest as (select province, max(night) as night from night group by province)
select
    count(*) as provinces,
    min(b.night) as oldest_night,
    sum(b.national_declared) as national_declared,
    sum(b.provincial_declared) as provincial_declared,
    sum(b.difference_declared) as difference_declared,
    sum(case when b.difference_declared is null then 1 else 0 end) as provinces_without_declared,
    sum(b.difference_listed_rows) as difference_listed_rows,
    sum(b.difference_dossiers) as difference_dossiers,
    sum(b.entries) as entries
from bridge b
inner join latest l on l.province = b.province and l.night = b.night;
