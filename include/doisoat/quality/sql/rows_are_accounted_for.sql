select
    count(*) filter (
        where l.received <> l.inserted + l.updated + l.unchanged + l.repeated + l.quarantined
        or l.received is distinct from p.received
        or l.quarantined
        <> (select count(*) from ops.quarantine q where (q.night, q.source_id) = (l.night, l.source_id))
    ) as unexpected,
    count(*) as total
from ops.load l join ops.pull p using (night, source_id) join core.source s using (source_id)
where l.night = %(night)s and (s.has_listing or s.has_counts)
