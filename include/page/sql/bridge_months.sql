-- The bridge by month of receipt; the entries without a date stand in a row of their own.
select
    receipt_month,
    national_declared,
    provincial_declared,
    national_listed_rows as national_listed,
    provincial_listed_rows as provincial_listed,
    entries
from mart.bridge_month
where night = %(night)s and (national_listed_rows > 0 or provincial_listed_rows > 0 or entries <> 0)
order by receipt_month desc nulls last
