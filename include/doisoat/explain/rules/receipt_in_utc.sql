select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('national', n.received_at, 'provincial', p.received_at) as basis
from unexplained f
join witness n on (n.source_id, n.record_id) = (f.national_source_id, f.national_record_id) and n.to_night = 'infinity'
join
    witness p
    on (p.source_id, p.record_id) = (f.provincial_source_id, f.provincial_record_id) and p.to_night = 'infinity'
where f.pair = 'national_provincial' and f.kind = 'receipt_date' and p.received_at - n.received_at = interval '7 hours'
