-- The bridge by month of receipt; the entries without a date stand in a row of their own.
select
    receipt_month,
    national_declared,
    provincial_declared,
    national_listed,
    provincial_listed,
    entries
from mart.ledger
where night = %(night)s and pair = 'national_provincial' and grain in ('month', 'undated')
    and (national_listed > 0 or provincial_listed > 0 or entries <> 0)
order by receipt_month desc nulls last
