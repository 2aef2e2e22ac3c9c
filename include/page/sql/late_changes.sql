-- How long after their end the portal's count of earlier periods was seen to change.
select
    source_id,
    period_kind,
    periods,
    changed,
    latest_day
from mart.late_change
where night = %(night)s
order by source_id, array_position('{month,quarter,year}', period_kind)
