-- What the ministries add to the province's count, cell by cell. Nights of before do not know it.
alter table recon.ledger_cell
    add column added_by_ministries bigint,
    add column undetermined bigint,
    add column union_entries bigint;
alter table archive.ledger_cell
    add column added_by_ministries bigint,
    add column undetermined bigint,
    add column union_entries bigint;
do $$
declare
    of_schema text;
begin
    foreach of_schema in array array['recon', 'archive'] loop
        execute format('comment on column %I.ledger_cell.added_by_ministries is %L', of_schema,
            'Dossiers that only a ministry''s system holds, and not the province: the union is provincial_listed and these. Null for nights of before this was kept.');
        execute format('comment on column %I.ledger_cell.undetermined is %L', of_schema,
            'Dossiers of a ministry''s system of which the evidence does not say whether the province holds them: the union may hold these too. Null for nights of before this was kept.');
        execute format('comment on column %I.ledger_cell.union_entries is %L', of_schema,
            'Sum of the signed entries of national minus the union (archive.bridge_entries). Null for nights of before this was kept.');
    end loop;
end $$;
