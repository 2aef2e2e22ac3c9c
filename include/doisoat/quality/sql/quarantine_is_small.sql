-- Taken from the source with the largest share of unreadable rows: an unreadable source must not hide behind a large
-- one. A share of a handful of rows means nothing: quarantine_is_empty warns about those.
select
    coalesce(max(quarantined), 0) as unexpected,
    coalesce(max(received), 0) as total
from (
    select
        quarantined,
        received
    from ops.load join core.source using (source_id)
    where night = %(night)s and received >= 20 and (has_listing or has_counts)
    order by quarantined::numeric / received desc, source_id
    limit 1
) worst
