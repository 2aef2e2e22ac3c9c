-- The course of nights: the difference, and the open gaps as what was opened less what was resolved.
select
    n.night,
    l.national_declared,
    l.provincial_declared,
    coalesce(l.difference_declared, l.difference_listed_rows) as difference,
    coalesce(e.opened, 0) as opened,
    coalesce(e.resolved, 0) as resolved,
    sum(coalesce(e.opened, 0) - coalesce(e.resolved, 0)) over (order by n.night)::bigint as open
from mart.night n
left join mart.bridge l on l.night = n.night
left join (
    select
        night,
        count(*) filter (where event in ('opened', 'reopened')) as opened,
        count(*) filter (where event in ('resolved', 'merged')) as resolved
    from mart.gap_event group by 1
) e on e.night = n.night
where n.night <= %(night)s
order by n.night
