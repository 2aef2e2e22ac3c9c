-- Periods of which provinces were compared, the newest first.
select
    period_kind,
    period_start
from mart.province_standing
where metric = '' and group_code = 'total'
group by 1, 2
order by 1, 2 desc
