select
    count(*) filter (
        where dossier_code !~ '^([0-9]{3}\.[0-9]{2}\.[0-9]{2}\.)?[A-Z][0-9]{2}(\.[0-9]{2,3}){0,3}-[0-9]{6}-[0-9]{4,5}$'
    ) as unexpected,
    count(*) as total
from core.dossier_record
join core.source using (source_id)
where has_listing and from_night = %(night)s and dossier_code is not null
