-- Each province's place in all by month, as last asked for.
select
    province_code,
    period_start as month,
    place,
    score
from mart.province_standing
where period_kind = 'month' and group_code = 'total' and metric = '' and is_latest
order by period_start, province_code
