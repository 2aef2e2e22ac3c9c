-- The caveats of a night's numbers: for which sources an earlier snapshot is used, or none at all; and whether a side
-- was listed in part.
select
    (
        select string_agg(source_id, ', ' order by source_id) from archive.any_pull
        where archive_id = %(archive_id)s and night = %(night)s and state in ('stale', 'absent')
    ) as stale_sources,
    (
        select not(provincial_is_complete and national_is_complete) from archive.any_comparison
        where archive_id = %(archive_id)s and night = %(night)s
    ) as is_incomplete
