select
    count(*) filter (where status is null and status_code is not null) as unexpected,
    count(*) as total
from core.dossier_record join core.source using (source_id) where has_listing and to_night = 'infinity'
