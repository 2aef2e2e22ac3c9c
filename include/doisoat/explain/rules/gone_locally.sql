-- A record that has another code now is not gone, whatever dossier its old code belongs to.
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('last_seen', max(w.to_night) - 1, 'record', min(w.source_id || ':' || w.record_id)) as basis
from unexplained f
join witness w on w.dossier_id = f.dossier_id and w.side = 'provincial'
where f.pair = 'national_provincial' and f.kind = 'national_only'
group by 1, 2, 3, 4
having bool_and(w.to_night < 'infinity' and not exists (
        select from core.dossier_record r
        where (r.source_id, r.record_id) = (w.source_id, w.record_id) and r.to_night = 'infinity'
    ))
