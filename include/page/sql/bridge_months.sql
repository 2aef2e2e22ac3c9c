-- The bridge by month of receipt; what has no date stands in a row of its own.
select
    receipt_month,
    sum(national_listed)::bigint as national_listed,
    sum(provincial_listed)::bigint as provincial_listed,
    sum(entries)::bigint as entries
from (
    select
        receipt_month,
        national_listed_rows as national_listed,
        provincial_listed_rows as provincial_listed,
        0 as entries
    from mart.fact_sync_status
    where night = %(night)s and pair = 'national_provincial'
    union all
    select
        receipt_month,
        0,
        0,
        sign
    from mart.ledger_entry
    where night = %(night)s and pair = 'national_provincial'
) term
group by 1
having sum(national_listed) > 0 or sum(provincial_listed) > 0 or sum(entries) <> 0
order by receipt_month desc nulls last
