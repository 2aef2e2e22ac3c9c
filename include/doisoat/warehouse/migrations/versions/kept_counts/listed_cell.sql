-- What each source lists in each cell, kept while rows come and go, whoever changes them.
create table core.listed_cell (
    source_id text not null,
    agency_id text not null,
    procedure_family text not null,
    receipt_month date,
    current_rows bigint not null,
    dossiers bigint not null,
    ranked_rows bigint not null,
    kept_rows bigint not null,
    unique nulls not distinct (source_id, agency_id, procedure_family, receipt_month)
);
create index listed_cell_empty on core.listed_cell (source_id) where current_rows = 0;
comment on table core.listed_cell is 'How many current rows of core.dossier_record a source has in each cell: kept by triggers as rows come and go, counted anew whenever a night looks at all. Grain: source, agency, procedure family, month of receipt.';
comment on column core.listed_cell.source_id is 'The source.';
comment on column core.listed_cell.agency_id is 'The agency, "unknown" included.';
comment on column core.listed_cell.procedure_family is 'The procedure family, "unknown" included.';
comment on column core.listed_cell.receipt_month is 'First day of the month of receipt; null in the cell of those without a receipt date.';
comment on column core.listed_cell.current_rows is 'Current rows.';
comment on column core.listed_cell.dossiers is 'Of them those that stand for a dossier (duplicate_rank = 1).';
comment on column core.listed_cell.ranked_rows is 'Of them those that stand for a dossier or are a further row of one (duplicate_rank > 0).';
comment on column core.listed_cell.kept_rows is 'Of them those that the source has not marked as removed.';

create function core.add_to_listed_cell() returns trigger
language plpgsql as $$
declare
    came text := 'select 1 as sign, * from came where to_night = ''infinity''';
    went text := 'select -1 as sign, * from went where to_night = ''infinity''';
begin
    execute format($query$
        insert into core.listed_cell as c
        select source_id, agency_id, procedure_family, receipt_month, sum(sign), coalesce(sum(sign) filter (where duplicate_rank = 1), 0),
            coalesce(sum(sign) filter (where duplicate_rank > 0), 0), coalesce(sum(sign) filter (where not is_removed), 0)
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
comment on function core.add_to_listed_cell() is 'Adds what a statement did to core.dossier_record to core.listed_cell.';

create trigger listed_cell_insert after insert on core.dossier_record
    referencing new table as came for each statement execute function core.add_to_listed_cell();
create trigger listed_cell_update after update on core.dossier_record
    referencing old table as went new table as came for each statement execute function core.add_to_listed_cell();
create trigger listed_cell_delete after delete on core.dossier_record
    referencing old table as went for each statement execute function core.add_to_listed_cell();

insert into core.listed_cell
select source_id, agency_id, procedure_family, receipt_month, count(*), count(*) filter (where duplicate_rank = 1),
    count(*) filter (where duplicate_rank > 0), count(*) filter (where not is_removed)
from core.dossier_record
where to_night = 'infinity'
group by 1, 2, 3, 4;
