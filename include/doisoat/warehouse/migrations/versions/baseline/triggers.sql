-- core.listed_cell is what is there, however it came about.

create function core.add_to_listed_cell() returns trigger
language plpgsql as $$
declare
    came text := 'select 1 as sign, * from came where to_night = ''infinity''';
    went text := 'select -1 as sign, * from went where to_night = ''infinity''';
begin
    execute format($query$
        insert into core.listed_cell as c
        select source_id, agency_id, procedure_family, receipt_month, sum(sign),
            coalesce(sum(sign) filter (where duplicate_rank = 1), 0),
            coalesce(sum(sign) filter (where duplicate_rank > 0), 0),
            coalesce(sum(sign) filter (where not is_removed), 0)
        from (%s) changed
        group by 1, 2, 3, 4
        on conflict (source_id, agency_id, procedure_family, receipt_month) do update
        set current_rows = c.current_rows + excluded.current_rows, dossiers = c.dossiers + excluded.dossiers,
            ranked_rows = c.ranked_rows + excluded.ranked_rows, kept_rows = c.kept_rows + excluded.kept_rows
    $query$, case tg_op when 'INSERT' then came when 'DELETE' then went else came || ' union all ' || went end);
    -- what is kept is what is there, however it came about
    delete from core.listed_cell where current_rows = 0;
    return null;
end $$;
comment on function core.add_to_listed_cell() is
    'Adds what a statement did to core.dossier_record to core.listed_cell.';

create trigger listed_cell_insert after insert on core.dossier_record
    referencing new table as came for each statement execute function core.add_to_listed_cell();
create trigger listed_cell_update after update on core.dossier_record
    referencing old table as went new table as came for each statement execute function core.add_to_listed_cell();
create trigger listed_cell_delete after delete on core.dossier_record
    referencing old table as went for each statement execute function core.add_to_listed_cell();
