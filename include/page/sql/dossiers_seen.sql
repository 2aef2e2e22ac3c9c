-- Of some dossiers, those that the reader's agencies have: by what a source last said of them until the night, or by a
-- gap that is theirs on it.
select dossier_id
from (
    select distinct on (dossier_id, source_id, record_id)
        dossier_id,
        agency_id
    from mart.dossier_record
    where dossier_id = any(%(dossiers)s::text[]) and from_night <= %(night)s
    order by dossier_id, source_id, record_id, from_night desc
) newest
where agency_id = any(%(whose)s::text[])
union
select dossier_id
from mart.gap
where night = %(night)s
    and dossier_id = any(%(dossiers)s::text[])
    and (agency_id = any(%(whose)s::text[]) or owner_id = any(%(whose)s::text[]))
