-- Where do these rows come from: the bridge by month and cause (national minus provincial)?
select
    e.receipt_month,
    coalesce(c.label, e.entry_kind) as why,
    sum(e.sign) as difference
from mart.ledger_entry e left join mart.dim_cause c using (cause)
where e.is_latest and e.pair = 'national_provincial'
group by 1, 2
order by 1, 3, 2;
