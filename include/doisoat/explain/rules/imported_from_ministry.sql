-- Seen from both sides: the province's row that the portal lacks, and the portal's row of the ministry's dossier that
-- the province holds under another code.
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('system', m.source_id, 'record', m.record_id, 'recognised_by', v.evidence) as basis
from unexplained f
join recon.verdict v
    on v.pair = 'ministry_provincial' and v.to_night = 'infinity' and v.presence = 'matched'
    and v.provincial_source_id = f.provincial_source_id and v.provincial_record_id = f.provincial_record_id
join core.dossier_record m
    on (m.source_id, m.record_id) = (v.ministry_source_id, v.ministry_record_id)
    and m.source_id = any(%(ministry_systems)s) and m.to_night = 'infinity'
join
    witness p
    on (p.source_id, p.record_id) = (f.provincial_source_id, f.provincial_record_id) and p.to_night = 'infinity'
where f.pair = 'national_provincial' and f.kind = 'provincial_only' and m.dossier_code <> p.dossier_code
union all
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('system', w.source_id, 'record', w.record_id, 'recognised_by', 'listed')
from unexplained f
join
    witness w
    on w.dossier_id = f.dossier_id and w.side = 'ministry' and w.to_night = 'infinity' and w.duplicate_rank = 1
join
    witness p
    on (p.source_id, p.record_id) = (f.provincial_source_id, f.provincial_record_id) and p.to_night = 'infinity'
where f.pair = 'national_provincial' and f.kind = 'provincial_only' and w.dossier_code <> p.dossier_code
union all
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('system', v.ministry_source_id, 'held_as', v.provincial_record_id, 'recognised_by', v.evidence)
from unexplained f
join recon.verdict v
    on v.pair = 'ministry_provincial' and v.to_night = 'infinity' and v.presence = 'matched'
    and v.evidence = 'receipt_time' and v.dossier_id = f.dossier_id
where f.pair = 'national_provincial' and f.kind = 'national_only'
