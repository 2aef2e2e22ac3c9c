with recursive line as (
    select
        agency_id,
        successor_id
    from core.succession
    union
    select
        l.agency_id,
        s.successor_id
    from line l
    join core.succession s on s.agency_id = l.successor_id
),
either as (
    select
        agency_id as one,
        successor_id as other
    from line
    union
    select
        successor_id,
        agency_id
    from line
)
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    '{}'::jsonb as basis
from unexplained f
where f.pair = 'national_provincial' and f.kind = 'agency' and (
        exists (select from either e where (e.one, e.other) = (f.national_value, f.provincial_value))
        or exists (
            select from core.agency a
            join core.agency b on b.agency_id = f.provincial_value
            where a.agency_id = f.national_value
                and (
                    a.parent_id = b.agency_id or b.parent_id = a.agency_id
                    or a.name_key = b.name_key and (a.valid_to = b.valid_from or b.valid_to = a.valid_from)
                )
        )
    )
