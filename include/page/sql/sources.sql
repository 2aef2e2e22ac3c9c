-- The sources of a night, those that need attention first.
select
    s.source_id,
    d.source_name,
    s.source_kind,
    s.side,
    o.owner_name,
    s.state,
    s.reason,
    s.age_nights,
    s.snapshot_night,
    s.cut_off,
    s.is_complete,
    s.incomplete_reason,
    s.is_collected_late,
    s.received,
    s.quarantined,
    s.declared
from mart.source_state s
join mart.dim_source d using (source_id)
left join mart.dim_source_owner o on o.source_id = s.source_id and o.valid_from <= s.night and s.night < o.valid_to
where s.night = %(night)s
order by s.state in ('fresh', 'standing', 'outage_planned'), s.side = 'ministry', s.side desc, s.source_id
