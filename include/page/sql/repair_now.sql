-- Whether a night kept the sums of a period, and which reading of the sync rate is in force.
select
    i.indicator,
    i.label,
    i.points,
    exists(
        select from mart.rate_sum s
        where s.night = %(night)s and s.period_kind = %(kind)s and s.period_start is not distinct from %(start)s
            and s.agency_id is not distinct from %(agency)s
    ) as is_kept
from mart.dim_indicator i
where i.indicator like 'sync%%' and i.is_in_force and i.points is not null
order by i.place
limit 1
