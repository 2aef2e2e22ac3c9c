select
    coalesce(sum(rows - 1), 0) as unexpected,
    coalesce(sum(rows), 0) as total
from (
    select count(*) as rows from core.dossier_record join core.source using (source_id)
    where has_listing and from_night <= %(night)s and %(night)s < to_night group by source_id, record_id
) held
