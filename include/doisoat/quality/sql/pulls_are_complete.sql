select
    count(*) filter (where not is_complete) as unexpected,
    count(*) as total
from ops.pull join core.source using (source_id)
where night = %(night)s and state = 'fresh' and (has_listing or has_counts)
