select
    pair,
    dossier_id,
    kind,
    detail,
    jsonb_build_object('national', national_value, 'provincial', provincial_value) as basis
from unexplained
where pair = 'national_provincial' and kind = 'status' and national_value = '9' and provincial_value in ('5', '6', '8')
