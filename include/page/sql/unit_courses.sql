-- The sync rate of the own system by month of receipt, of each of some units.
select
    agency_id,
    period_start as month,
    ratio_least as least,
    ratio_most as most
from mart.rate_month
where night = %(night)s and indicator = 'sync_own' and agency_id = any(%(agencies)s) and ratio_least is not null
order by period_start
