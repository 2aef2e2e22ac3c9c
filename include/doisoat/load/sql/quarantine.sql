-- The rows that could not be read as a whole. A row of which it is known which record it is, tonight or from the nights
-- before, is identified; any other may be any dossier of its place: what could be read of agency, procedure and month.
insert into ops.quarantine (
    night, source_id, position, reason, field, record_id, is_identified, agency_id, procedure_family, receipt_month
)
select
    %(night)s,
    %(source_id)s,
    q.position,
    q.reason,
    q.field,
    q.record_id,
    coalesce(q.is_identified or held.record_id is not null, false),
    nullif(coalesce(u.agency_id, a.agency_id), 'unknown'),
    nullif(core.procedure_family(coalesce(f.value, l.procedure_code)), 'unknown'),
    coalesce(date_trunc('month', l.received_at at time zone %(timezone)s)::date, q.receipt_month)
from quarantined q
left join raw.landing l on l.position = q.position
left join core.dossier_record held
    on held.source_id = %(source_id)s and held.record_id = q.record_id and held.to_night = 'infinity'
left join raw.landing_agency a
    on a.agency_code = coalesce(l.agency_code, '')
    and a.agency_name = coalesce(l.agency_name, '')
    and a.prefix = coalesce(split_part(l.dossier_code, '-', 1), '')
    and a.epoch
    = width_bucket(coalesce((l.received_at at time zone %(timezone)s)::date, %(night)s), %(epochs)s::date[])
left join core.code_map f
    on f.source_id = %(source_id)s and f.kind = 'procedure' and f.source_value = l.procedure_code
    and f.valid_from <= %(night)s and %(night)s < f.valid_to
left join raw.mapped_agency u
    on u.source_value = l.agency_code and u.valid_from <= %(night)s and %(night)s < u.valid_to;
