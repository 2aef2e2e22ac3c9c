-- What each side reported about a dossier, and when: its rows as ranges of nights, changes only.
select
    s.side,
    r.source_id,
    r.record_id,
    r.from_night,
    case when r.to_night = 'infinity' then 'still' else r.to_night::text end as to_night,
    r.dossier_code,
    r.linked_codes,
    r.status,
    r.agency_id,
    r.procedure_family,
    r.received_at,
    r.due_at,
    r.finished_at,
    r.is_removed,
    r.duplicate_rank
from core.dossier_record r
join core.source s using (source_id)
where r.dossier_id = %(dossier_id)s
order by s.side desc, r.source_id, r.record_id, r.from_night
