-- If the portal held it before, a missing push is not the reason.
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('system', f.ministry_source_id) as basis
from unexplained f
where f.pair = 'ministry_national' and f.kind = 'ministry_only' and f.standing = 'gap'
    and not exists (select from witness w where w.dossier_id = f.dossier_id and w.side = 'national')
