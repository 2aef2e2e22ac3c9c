-- Look-ups by code come after this check: a source that offers nothing else is not judged here.
select
    count(*) filter (where p.state in ('stale', 'absent')) as unexpected,
    count(*) as total
from ops.pull p join core.source s using (source_id)
where p.night = %(night)s and (s.has_listing or s.has_counts)
