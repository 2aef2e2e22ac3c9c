-- What each side reported of a dossier, and when.
select
    r.side,
    r.source_id,
    d.source_name,
    r.record_id,
    r.from_night,
    r.to_night,
    r.duplicate_rank,
    r.dossier_code,
    r.linked_codes,
    r.agency_id,
    coalesce(a.name, r.agency_id) as agency_name,
    r.procedure_family,
    p.name as procedure_name,
    r.status,
    r.channel,
    r.is_removed,
    r.receipt_date,
    r.submitted_at,
    r.received_at,
    r.due_at,
    r.finished_at,
    r.returned_at,
    r.from_night <= %(night)s and (r.to_night is null or %(night)s < r.to_night) as holds
from mart.dossier_record r
join mart.dim_source d using (source_id)
left join mart.dim_agency a on a.agency_id = r.agency_id
left join mart.dim_procedure p using (procedure_family)
where r.dossier_id = %(dossier)s
order by r.side = 'ministry', r.side desc, r.source_id, r.duplicate_rank, r.record_id, r.from_night
