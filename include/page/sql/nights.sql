-- Every night, the newest first: what was published, what it came to, what was wrong with it.
select
    s.night,
    s.state,
    s.collects_late,
    s.revision,
    s.revisions,
    s.published_at,
    s.run_id,
    n.is_accepted,
    l.national_declared,
    l.provincial_declared,
    coalesce(l.difference_declared, l.difference_listed_rows) as difference,
    n.stale_sources,
    n.provincial_is_complete and n.national_is_complete as is_complete,
    e.opened,
    e.resolved,
    c.not_passed
from mart.night_state s
left join mart.night n using (night)
left join mart.bridge l on l.night = s.night
left join (
    select
        night,
        count(*) filter (where event in ('opened', 'reopened')) as opened,
        count(*) filter (where event = 'resolved') as resolved
    from mart.gap_event group by 1
) e on e.night = n.night
left join (
    select
        night,
        count(*) filter (where outcome <> 'passed') as not_passed
    from mart.check_result group by 1
) c on c.night = n.night
order by s.night desc
limit 400
