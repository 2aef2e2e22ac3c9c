select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('code', n.dossier_code, 'status', n.status) as basis
from unexplained f
join witness n on (n.source_id, n.record_id) = (f.national_source_id, f.national_record_id) and n.to_night = 'infinity'
where f.pair = 'national_provincial' and f.kind = 'national_only'
    and n.dossier_code ~ %(issued_in_province)s
    and not exists (select from witness w where w.dossier_id = f.dossier_id and w.side = 'provincial')
