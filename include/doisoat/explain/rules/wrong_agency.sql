select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('national', f.national_value, 'provincial', f.provincial_value) as basis
from unexplained f
where f.pair = 'national_provincial' and f.kind = 'agency'
    and exists (select from core.agency a where a.agency_id = f.national_value and a.origin = 'reference')
    and exists (select from core.agency a where a.agency_id = f.provincial_value and a.origin = 'reference')
