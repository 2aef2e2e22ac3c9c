-- What happened to gaps on the night, by cause.
select
    e.cause,
    k.label,
    k.blames,
    count(*) filter (where e.event = 'opened') as opened,
    count(*) filter (where e.event = 'reopened') as reopened,
    count(*) filter (where e.event = 'resolved') as resolved,
    count(*) filter (where e.event = 'cause_changed') as cause_changed
from mart.gap_event e
left join mart.dim_cause k using (cause)
where e.night = %(night)s
group by 1, 2, 3
order by count(*) desc, 1
