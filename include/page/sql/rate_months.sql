-- Months for which the rate in force could be computed, the newest first.
select distinct period_start as month
from mart.rate_month
where night = %(night)s and agency_id is null and ratio_least is not null
    and indicator in ('sync_received', 'sync_own')
order by 1 desc
