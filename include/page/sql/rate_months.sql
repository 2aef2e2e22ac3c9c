-- Months for which the rate in force could be computed, the newest first.
select distinct r.period_start as month
from mart.rate r
where r.night = %(night)s and r.period_kind = 'month' and r.agency_id is null and r.ratio_least is not null
    and r.indicator in ('sync_received', 'sync_own')
order by 1 desc
