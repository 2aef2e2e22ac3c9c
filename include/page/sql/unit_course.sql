-- The rates of an agency (null: the province) by month.
select
    indicator,
    period_start as month,
    ratio_least,
    ratio_most,
    is_provisional
from mart.rate_month
where night = %(night)s and agency_id is not distinct from %(agency)s
    and indicator in ('sync_own', 'sync_corrected', 'sync_received') and ratio_least is not null
order by period_start, indicator
