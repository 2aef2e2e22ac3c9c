-- If the province shows the record as removed, or held it before, it was not left out.
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('system', f.ministry_source_id) as basis
from unexplained f
where f.pair = 'ministry_provincial' and f.kind = 'ministry_only' and f.standing = 'gap'
    and not exists (select from witness w where w.dossier_id = f.dossier_id and w.side = 'provincial')
