-- How do provinces stand by each rate that is in force: at least, at most, and in which place by what surely counts?
with latest as (select province, max(night) as night from night group by province)
select
    r.indicator,
    rank() over (partition by r.indicator order by r.ratio_least desc nulls last) as place,
    r.province,
    r.night,
    r.numerator_least,
    r.denominator_most,
    round(r.ratio_least, 4) as ratio_least,
    round(r.ratio_most, 4) as ratio_most,
    r.is_incomplete
from rate_all_months r
inner join latest l on l.province = r.province and l.night = r.night
where r.agency_id is null and r.is_in_force
order by r.indicator, place, r.province;
