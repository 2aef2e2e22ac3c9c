-- Where does the difference of all provinces come from: the bridge by cause (portal minus provinces)?
with latest as (select province, max(night) as night from night group by province)
select
    coalesce(e.cause, e.entry_kind) as cause,
    max(c.label) as label,
    count(distinct e.province) as provinces,
    sum(e.sign) as difference,
    sum(case when e.sign > 0 then 1 else 0 end) as national_more,
    sum(case when e.sign < 0 then 1 else 0 end) as provincial_more
from ledger_entry e
inner join latest l on l.province = e.province and l.night = e.night
left join dim_cause c on c.province = e.province and c.night = e.night and c.cause = e.cause
where e.pair = 'national_provincial'
group by coalesce(e.cause, e.entry_kind)
order by abs(sum(e.sign)) desc, cause;
