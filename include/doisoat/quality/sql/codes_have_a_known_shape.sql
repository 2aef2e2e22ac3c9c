select
    count(*) filter (where dossier_code !~ ('^(?:' || %(dossier_code)s || ')$')) as unexpected,
    count(*) as total
from core.dossier_record
join core.source using (source_id)
where has_listing and from_night = %(night)s and dossier_code is not null
