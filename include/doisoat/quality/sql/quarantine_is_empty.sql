-- The unreadable rows of sources that have few of them; if there are many, quarantine_is_small reports them.
select
    coalesce(sum(quarantined) filter (where received < 20 or quarantined <= %(quarantine_is_small)s * received), 0)
        as unexpected,
    coalesce(sum(received), 0) as total
from ops.load join core.source using (source_id) where night = %(night)s and (has_listing or has_counts)
