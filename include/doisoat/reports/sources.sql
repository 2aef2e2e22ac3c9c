-- Each source on a night: what it declared, what core holds as of that night, and what its pull rests on. Its age is
-- how far its cut-off lies behind the newest one of the night.
select s.source_id, s.side, p.state, p.mode, p.cut_off,
    round(extract(epoch from (max(p.cut_off) over () - p.cut_off)) / 3600, 1)::float8 as age_hours,
    t.value as declared, h.held, p.is_complete, p.incomplete_reason, p.is_collected_late, l.received, l.inserted,
    l.updated, l.unchanged, l.repeated, l.quarantined, l.ended, l.control_totals, u.wanted as look_ups_wanted,
    u.asked as looked_up, u.held as look_ups_held
from core.source s
left join ops.pull p on p.source_id = s.source_id and p.night = %(night)s
left join ops.load l on l.source_id = s.source_id and l.night = %(night)s
left join ops.look_up_pull u on u.source_id = s.source_id and u.night = %(night)s
left join core.control_total t on t.source_id = s.source_id and t.measure = 'dossiers' and t.period_kind = 'all'
    and t.agency_key = '' and t.from_night <= %(night)s and %(night)s < t.to_night
left join lateral (
    select count(*) as held from core.dossier_record r
    where r.source_id = s.source_id and r.from_night <= %(night)s and %(night)s < r.to_night
) h on s.has_listing or s.has_look_ups
where s.is_enabled
order by s.side desc, s.source_id
