-- Each source on a night: the data in use, their age and why, what it declared, what core holds as of that night.
-- State: fresh, incomplete (read in part), standing (nothing new expected), outage planned, stale, held (by the flood
-- guard) or absent (never read). Age in nights is that of the snapshot; in hours, how far its cut-off is behind the
-- newest one of the night. What a source holds as of the night is what it holds now (core.listed_cell), less what began
-- after the night, and what has ended since.
with held as (
    select
        source_id,
        sum(held)::bigint as held
    from (
        select
            source_id,
            sum(current_rows) as held
        from core.listed_cell
        group by 1
        union all
        select
            source_id,
            -count(*)
        from core.dossier_record
        where to_night = 'infinity' and from_night > %(night)s
        group by 1
        union all
        select
            source_id,
            count(*)
        from core.dossier_record
        where to_night < 'infinity' and to_night > %(night)s and from_night <= %(night)s
        group by 1
    ) change
    group by 1
)
select
    s.source_id,
    s.side,
    case when p.reason = 'held' then 'held'
        when p.state <> 'absent' and p.reason = 'outage_planned' then 'outage planned'
        when p.state = 'fresh' and not p.is_complete and p.mode <> 'look_ups' then 'incomplete'  -- they have a budget
        else p.state
    end as state,
    p.night - p.snapshot_night as age_nights,
    case when p.reason = 'outage_planned' then p.reason_detail
        when p.reason = 'nothing_new' then 'nothing new is expected yet'
        when p.reason = 'held' then 'would change too much'
        when p.reason = 'not_loadable' then 'could not be loaded'
        when p.reason = 'failed' then split_part(p.reason_detail, ':', 1)
        when p.reason = 'not_collected' then 'not collected'
        when not p.is_complete then p.incomplete_reason
    end as reason,
    p.mode,
    p.cut_off,
    round(extract(epoch from (max(p.cut_off) over () - p.cut_off)) / 3600, 1)::float8 as age_hours,
    t.value as declared,
    case when s.has_listing or s.has_look_ups then coalesce(h.held, 0) end as held,
    p.is_complete,
    p.incomplete_reason,
    p.is_collected_late,
    l.received,
    l.inserted,
    l.updated,
    l.unchanged,
    l.repeated,
    l.quarantined,
    l.ended,
    l.control_totals,
    u.wanted as look_ups_wanted,
    u.asked as looked_up,
    u.held as look_ups_held,
    p.snapshot_night,
    p.reason_detail,
    f.tries as tries_failed,
    f.todo,
    nullif(array_to_string(p.unstated, ', '), '') as unstated
from core.source s
left join archive.any_pull p on p.archive_id = %(archive_id)s and p.source_id = s.source_id and p.night = %(night)s
left join ops.load l on l.source_id = s.source_id and l.night = %(night)s
left join ops.look_up_pull u on u.source_id = s.source_id and u.night = %(night)s
left join ops.pull_failure f on f.source_id = s.source_id and f.night = %(night)s
left join core.control_total t
    on t.source_id = s.source_id and t.measure = 'dossiers' and t.period_kind = 'all'
    and t.agency_key = '' and t.from_night <= %(night)s and %(night)s < t.to_night
left join held h on h.source_id = s.source_id
where s.is_enabled
order by s.side desc, s.source_id
