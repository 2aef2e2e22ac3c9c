select
    pair,
    dossier_id,
    kind,
    detail,
    jsonb_build_object('provincial', provincial_value) as basis
from unexplained where pair = 'national_provincial' and kind = 'status' and national_value is null
