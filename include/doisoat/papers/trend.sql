-- The open gaps of each published night from %(first_night)s on, and what happened to gaps on it. Gaps are counted by
-- the nights between which they stood, and nights looked up in these: not every gap is held against every night.
with stood as (
    select
        archive_id,
        from_night,
        to_night,
        count(*) as gaps
    from archive.any_finding
    where opened_on is not null and standing = 'gap' and to_night > %(first_night)s
    group by 1, 2, 3
),
happened as (
    select
        archive_id,
        night,
        count(*) filter (where event in ('opened', 'reopened')) as opened,
        count(*) filter (where event = 'resolved') as resolved
    from archive.any_gap_event
    where night between %(first_night)s and %(night)s
    group by 1, 2
)
select
    n.night,
    coalesce(sum(s.gaps), 0)::bigint as open,
    coalesce(h.opened, 0) as opened,
    coalesce(h.resolved, 0) as resolved
from archive.any_night n
left join stood s on s.archive_id = n.archive_id and s.from_night <= n.night and n.night < s.to_night
left join happened h on h.archive_id = n.archive_id and h.night = n.night
where n.is_standing and n.night between %(first_night)s and %(night)s
group by n.night, h.opened, h.resolved
order by n.night
