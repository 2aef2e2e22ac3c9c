-- Nights of the last fortnight that nobody collected: one row for each stretch of them.
select
    min(night) || '/' || max(night) as subject,
    jsonb_build_object('night', min(night), 'last_missed', max(night), 'nights', count(*)) as facts
from (
    select
        night,
        night - (row_number() over (order by night))::integer as stretch
    from ops.night where state = 'missed' and night > (select max(night) from ops.night) - 14
) missed
group by stretch
