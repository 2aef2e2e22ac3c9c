select
    count(*) filter (where channel is null and channel_code is not null) as unexpected,
    count(*) as total
from core.dossier_record join core.source using (source_id) where has_listing and to_night = 'infinity'
