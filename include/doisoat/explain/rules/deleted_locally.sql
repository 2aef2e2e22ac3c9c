select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('record', min(w.source_id || ':' || w.record_id)) as basis
from unexplained f
join witness w on w.dossier_id = f.dossier_id and w.side = 'provincial' and w.to_night = 'infinity' and w.is_removed
where f.pair = 'national_provincial' and f.kind = 'national_only'
group by 1, 2, 3, 4
