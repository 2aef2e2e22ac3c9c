-- By its receipt or, while it is not received, its submission. What was withdrawn before anybody received it is late
-- for nothing: nobody has to send it.
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    '{}'::jsonb as basis
from unexplained f
join
    witness p
    on (p.source_id, p.record_id) = (f.provincial_source_id, f.provincial_record_id) and p.to_night = 'infinity'
where f.pair = 'national_provincial'
    and f.kind = 'provincial_only'
    and coalesce(p.received_at, p.submitted_at) is not null
    and not (p.received_at is null and p.status is not distinct from '7')
