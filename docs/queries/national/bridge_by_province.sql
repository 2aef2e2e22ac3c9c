-- By how much does the portal show more than each province, and as of which night?
with latest as (select province, max(night) as night from night group by province)
select
    b.province,
    b.night,
    b.national_declared,
    b.provincial_declared,
    b.difference_declared,
    b.difference_listed_rows,
    b.difference_dossiers,
    b.entries
from bridge b
inner join latest l on l.province = b.province and l.night = b.night
order by b.difference_declared desc nulls last, b.province;
