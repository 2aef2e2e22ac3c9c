-- Both sides at once: every dossier that they do not hold alike, with what each side states. Matched dossiers that
-- agree in everything compared get no row. What could not be read of a row is unknown: it differs from nothing.
drop table if exists raw.outcome;
create unlogged table raw.outcome as
select
    c.dossier_id,
    p.dossier_id is not null as is_provincial,
    n.dossier_id is not null as is_national,
    p.source_id as provincial_source_id,
    p.record_id as provincial_record_id,
    p.agency_id as provincial_agency_id,
    p.procedure_family as provincial_procedure_family,
    p.receipt_month as provincial_receipt_month,
    p.receipt_date as provincial_receipt_date,
    p.status as provincial_status,
    p.status is null and p.status_code is not null as is_provincial_status_unmapped,
    p.due_at as provincial_due_at,
    p.finished_at as provincial_finished_at,
    p.updated_at as provincial_updated_at,
    p.unread as provincial_unread,
    case when 'received_at' = any(p.unread) then p_shown.by else coalesce(p.received_at, p.submitted_at, p_shown.by) end
        as provincial_moment,
    n.source_id = any(%(look_up_sources)s) as is_looked_up,
    n.source_id as national_source_id,
    n.record_id as national_record_id,
    n.agency_id as national_agency_id,
    n.procedure_family as national_procedure_family,
    n.receipt_month as national_receipt_month,
    n.receipt_date as national_receipt_date,
    n.status as national_status,
    n.status_code as national_status_code,
    n.due_at as national_due_at,
    n.finished_at as national_finished_at,
    n.unread as national_unread,
    case when 'received_at' = any(n.unread) then n_shown.by else coalesce(n.received_at, n.submitted_at, n_shown.by) end
        as national_moment
from raw.candidate c
left join core.dossier_record p
    on p.dossier_id = c.dossier_id and p.source_id = any(%(provincial_sources)s)
    and p.to_night = 'infinity' and p.duplicate_rank = 1
left join
    core.dossier_record n
    on n.dossier_id = c.dossier_id and n.source_id = any(%(national_sources)s)
    and n.to_night = 'infinity' and n.duplicate_rank = 1
-- when a receipt cannot be read: not after the night that first showed the record; read only for the few such rows
left join lateral (
    select (min(f.from_night) + 1)::timestamp at time zone %(timezone)s as by
    from core.dossier_record f
    where p.unread && array['received_at', 'submitted_at'] and (f.source_id, f.record_id) = (p.source_id, p.record_id)
) p_shown on true
left join lateral (
    select (min(f.from_night) + 1)::timestamp at time zone %(timezone)s as by
    from core.dossier_record f
    where n.unread && array['received_at', 'submitted_at'] and (f.source_id, f.record_id) = (n.source_id, n.record_id)
) n_shown on true;
analyze raw.outcome;
