-- What a complete listing no longer shows is gone: its range ends. Only cells that were listed to their end count;
-- a full listing is the cell without month, agency and undated. A row that could not be read is still there.
update core.dossier_record c set to_night = %(night)s
where c.source_id = %(source_id)s and c.to_night = 'infinity' and c.from_night < %(night)s
    and exists (
        select
        from unnest(
                %(months)s::date[], %(agency_refs)s::text[], %(undated)s::boolean[],
                %(first_days)s::date[], %(last_days)s::date[]
            ) as cell (month, agency_ref, undated, first_day, last_day)
        where (cell.month is null or cell.month = c.receipt_month)
            and (cell.agency_ref is null or cell.agency_ref = c.agency_ref)
            and (not cell.undated or c.receipt_month is null)
            and (cell.first_day is null or c.receipt_date between cell.first_day and cell.last_day)
    )
    and not exists (select from raw.landing_record n where n.record_id = c.record_id)
    and c.record_id <> all(%(unreadable)s::text[]);
