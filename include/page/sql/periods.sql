-- Periods for which any rate of the province was computed, the newest first.
select distinct
    period_kind,
    period_start
from mart.rate
where night = %(night)s and agency_id is null and ratio_least is not null
order by period_kind, period_start desc nulls first
