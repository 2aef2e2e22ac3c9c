-- Rows of revisions that the warehouse itself no longer holds (docs/adr/0010-replay-and-revisions.md). A generation
-- (archive_id) is made before published nights are derived again: it holds whatever could be read of them, ranges once
-- and not night by night. Rows are copied by position: each table is archive_id, then just the columns of its namesake.
create sequence ops.archive_id;

create table archive.comparison (archive_id integer not null, like recon.comparison including comments);
create index on archive.comparison (archive_id);
create table archive.ministry_comparison (
    archive_id integer not null,
    like recon.ministry_comparison including comments
);
create index on archive.ministry_comparison (archive_id);
create table archive.verdict (archive_id integer not null, like recon.verdict including comments);
create index on archive.verdict (archive_id);
create table archive.difference (archive_id integer not null, like recon.difference including comments);
create index on archive.difference (archive_id);
create table archive.ledger_entry (archive_id integer not null, like recon.ledger_entry including comments);
create index on archive.ledger_entry (archive_id);
create table archive.cell_status (archive_id integer not null, like recon.cell_status including comments);
create index on archive.cell_status (archive_id);
create table archive.ministry_cell (archive_id integer not null, like recon.ministry_cell including comments);
create index on archive.ministry_cell (archive_id);
create table archive.ledger_cell (archive_id integer not null, like recon.ledger_cell including comments);
create index on archive.ledger_cell (archive_id);
create table archive.cause (archive_id integer not null, like recon.cause including comments);
create index on archive.cause (archive_id);
create table archive.gap (archive_id integer not null, like recon.gap including comments);
create index on archive.gap (archive_id);
create table archive.gap_event (archive_id integer not null, like recon.gap_event including comments);
create index on archive.gap_event (archive_id);
create table archive.learned_lag (archive_id integer not null, like recon.learned_lag including comments);
create index on archive.learned_lag (archive_id);
create table archive.indicator_cell (archive_id integer not null, like recon.indicator_cell including comments);
create table archive.rate (archive_id integer not null, like recon.rate including comments);
create table archive.pull (archive_id integer not null, like ops.pull including comments);
create index on archive.pull (archive_id);
create table archive.check_result (archive_id integer not null, like ops.check_result including comments);
create index on archive.check_result (archive_id);
create table archive.agency (archive_id integer not null, like core.agency including comments);
create index on archive.agency (archive_id);
create table archive.procedure (archive_id integer not null, like core.procedure including comments);
create index on archive.procedure (archive_id);

do $$
declare
    archived regclass;
    namesake regclass;
begin
    for archived, namesake in
        select a.oid, o.oid
        from pg_class a
        join pg_class o on o.relname = a.relname and o.relkind = 'r'
            and o.relnamespace in ('recon'::regnamespace, 'ops'::regnamespace, 'core'::regnamespace)
        where a.relnamespace = 'archive'::regnamespace and a.relkind = 'r'
    loop
        execute format('comment on table %s is %L', archived,
            format('Rows of earlier revisions, with the columns of %s.', namesake));
        execute format('comment on column %s.archive_id is %L', archived,
            'The generation: ops.publication says which revisions of which nights are in it.');
    end loop;
end $$;
