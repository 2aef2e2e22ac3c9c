select
    count(*) filter (where agency_id = 'unknown') as unexpected,
    count(*) as total
from core.dossier_record join core.source using (source_id) where has_listing and to_night = 'infinity'
