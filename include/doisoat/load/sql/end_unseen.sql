-- What a complete listing no longer shows is gone: its range ends. Only cells that were listed to their end count;
-- a full listing is the cell without month, agency and undated. A row that could not be read is still there.
-- Each kind of cell is a set of its own, so that a record is looked up in it instead of being held against every cell.
with cell as materialized (
    select *
    from unnest(
            %(months)s::date[], %(agency_refs)s::text[], %(undated)s::boolean[],
            %(first_days)s::date[], %(last_days)s::date[]
        ) as listed (month, agency_ref, undated, first_day, last_day)
),
day as materialized (
    select generate_series(first_day, last_day, interval '1 day')::date as day
    from cell where first_day is not null and agency_ref is null
)
update core.dossier_record c set to_night = %(night)s
where c.source_id = %(source_id)s and c.to_night = 'infinity' and c.from_night < %(night)s
    and (
        exists (select from cell where month is null and not undated and agency_ref is null)
        or c.agency_ref in (select agency_ref from cell where month is null and not undated and agency_ref is not null)
        or c.receipt_month in (
            select month from cell where month is not null and agency_ref is null and first_day is null
        )
        or (c.receipt_month, c.agency_ref) in (
            select
                month,
                agency_ref
            from cell where month is not null and agency_ref is not null and first_day is null
        )
        or c.receipt_date in (select day from day)
        or c.receipt_month is null and (
            exists (select from cell where undated and agency_ref is null)
            or c.agency_ref in (select agency_ref from cell where undated and agency_ref is not null)
        )
    )
    and not exists (select from raw.landing_record n where n.record_id = c.record_id)
    and c.record_id <> all(%(unreadable)s::text[]);
