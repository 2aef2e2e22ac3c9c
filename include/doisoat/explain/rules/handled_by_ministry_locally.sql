select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('system', min(w.source_id)) as basis
from unexplained f
join
    witness w
    on w.dossier_id = f.dossier_id and w.side = 'ministry' and w.to_night = 'infinity' and w.duplicate_rank = 1
join
    witness p
    on (p.source_id, p.record_id) = (f.provincial_source_id, f.provincial_record_id) and p.to_night = 'infinity'
where f.pair = 'national_provincial' and f.kind = 'provincial_only' and w.dossier_code = p.dossier_code
group by 1, 2, 3, 4
