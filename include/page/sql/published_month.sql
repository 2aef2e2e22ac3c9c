-- The newest month for which the portal publishes the province's rate.
select max(period_start) as month
from mart.published_sync
where night = %(night)s and period_kind = 'month' and agency_id is null and numerator is not null
