-- The open gaps of each published night from %(first_night)s on, and what happened to gaps on it.
select
    n.night,
    count(f.*) as open,
    e.opened,
    e.resolved
from archive.any_night n
left join archive.any_finding f
    on f.archive_id = n.archive_id
    and f.from_night <= n.night
    and n.night < f.to_night
    and f.opened_on is not null
    and f.standing = 'gap'
cross join
    lateral (
        select
            count(*) filter (where g.event in ('opened', 'reopened')) as opened,
            count(*) filter (where g.event = 'resolved') as resolved
        from archive.any_gap_event g
        where g.archive_id = n.archive_id and g.night = n.night
    ) e
where n.is_standing and n.night between %(first_night)s and %(night)s
group by n.night, e.opened, e.resolved
order by n.night
