-- How late a repair may come: the last day of each running period, and how long after their end earlier ones were seen
-- to change. What is repaired in a month that has ended still counts in its quarter and year while they run.
select
    f.period_kind as period,
    f.period_end as last_day,
    l.source_id as published_by,
    l.periods as ended_periods,
    l.changed as changed_later,
    l.latest_day as days_after_the_end
from (
    select distinct
        period_kind,
        period_end
    from mart.forecast where night = %(night)s
) f
left join mart.late_change l on l.night = %(night)s and l.period_kind = f.period_kind
order by array_position('{month,quarter,year}', f.period_kind), l.source_id
