select
    count(*) filter (where finished_at < received_at or returned_at < finished_at or due_at < received_at)
        as unexpected,
    count(*) as total
from core.dossier_record join core.source using (source_id) where has_listing and from_night = %(night)s
