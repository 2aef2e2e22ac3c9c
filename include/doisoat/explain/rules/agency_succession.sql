select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    '{}'::jsonb as basis
from unexplained f
where f.pair = 'national_provincial' and f.kind = 'agency' and exists (
        select from core.agency a
        join core.agency b on b.agency_id = f.provincial_value
        where a.agency_id = f.national_value
            and (
                a.parent_id = b.agency_id or b.parent_id = a.agency_id
                or a.name_key = b.name_key and (a.valid_to = b.valid_from or b.valid_to = a.valid_from)
            )
    )
