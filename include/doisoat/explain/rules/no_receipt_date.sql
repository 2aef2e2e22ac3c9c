-- What was only submitted (1), not accepted (3), withdrawn (7) or waits (5, 6) may have none rightly.
select f.pair, f.dossier_id, f.kind, f.detail, jsonb_build_object('status', p.status) as basis
from unexplained f
join witness p on (p.source_id, p.record_id) = (f.provincial_source_id, f.provincial_record_id) and p.to_night = 'infinity'
where f.pair = 'national_provincial' and f.kind = 'provincial_only' and f.receipt_date is null
  and p.status in ('2', '4', '8', '9', '10')
