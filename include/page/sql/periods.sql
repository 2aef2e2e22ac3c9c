-- Periods for which any rate of the province was computed, the newest first.
select distinct
    'month' as period_kind,
    period_start
from mart.rate_month
where night = %(night)s and agency_id is null and ratio_least is not null
union all
select distinct
    'quarter',
    period_start
from mart.rate_quarter
where night = %(night)s and agency_id is null and ratio_least is not null
union all
select distinct
    'year',
    period_start
from mart.rate_year
where night = %(night)s and agency_id is null and ratio_least is not null
union all
select distinct
    'all',
    null::date
from mart.rate_all_months
where night = %(night)s and agency_id is null and ratio_least is not null
order by 1, 2 desc nulls first
