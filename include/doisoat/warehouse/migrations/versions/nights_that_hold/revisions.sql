-- Revisions, replay and retention (docs/adr/0010-replay-and-revisions.md).

-- What each night and each revision rests on.
alter table ops.night add column rests_on jsonb;
comment on column ops.night.rests_on is 'What was loaded: versions of code, province file and reference, the seal of each landing (landings, look_ups; a look-up without one: nothing was wanted), and which checks were asked; null before the first load.';

alter table ops.publication
    add column archive_id integer not null default 0,
    add column digest text,
    add column rests_on jsonb,
    add column confirmed_at timestamptz,
    add column confirmed_on jsonb,
    add column expired_at timestamptz;
comment on column ops.publication.archive_id is 'Where its rows are: 0 in recon and ops themselves, else in the archive under this number.';
comment on column ops.publication.digest is 'One hash over all that could be read of the night; a night derived again with the same hash is the same revision.';
comment on column ops.publication.rests_on is 'Versions of code, province file and reference, and the seal of each landing that it was first derived from.';
comment on column ops.publication.confirmed_at is 'When the night was last derived again with just this outcome (our clock); null where it never was.';
comment on column ops.publication.confirmed_on is 'What that derivation rested on, as in rests_on.';
comment on column ops.publication.expired_at is 'When retention deleted its rows (our clock); null while it can be queried.';
create unique index publication_in_place on ops.publication (night) where archive_id = 0 and expired_at is null;

-- What the reference lacked and a source taught us: since when, so that a replay can unlearn it.
alter table core.agency add column first_night date;
comment on column core.agency.first_night is 'Night on which a source taught us the agency; null where the reference states it, or where it was learned before this was kept.';
alter table core.procedure add column first_night date;
comment on column core.procedure.first_night is 'Night on which a source taught us the procedure; null where the reference states it, or where it was learned before this was kept.';

-- What an unfinished replay still has to do; empty otherwise. While it holds a row no other run may write a night.
create table ops.replay (
    night date primary key,
    reached text not null,
    rests_on jsonb,
    run_id text not null,
    asked_at timestamptz not null default now()
);
comment on table ops.replay is 'The nights that an unfinished replay has still to derive again. Grain: night.';
comment on column ops.replay.night is 'The night.';
comment on column ops.replay.reached is 'How far the night had come (ops.night.state) before the replay: it goes no further again.';
comment on column ops.replay.rests_on is 'What it had been loaded from, as in ops.night; null where that is not known: then from all that is sealed.';
comment on column ops.replay.run_id is 'The replay: the only run that may write meanwhile.';
comment on column ops.replay.asked_at is 'When the replay began (our clock).';

-- Rows of revisions that the warehouse itself no longer holds. A generation (archive_id) is made before published nights
-- are derived again: it holds whatever could be read of them, ranges once and not night by night.
create schema archive;
comment on schema archive is 'Rows of revisions that were replaced, or are being derived again; read through mart.';
create sequence ops.archive_id;

create table archive.comparison (archive_id integer not null, like recon.comparison including comments);
create table archive.ministry_comparison (archive_id integer not null, like recon.ministry_comparison including comments);
create table archive.verdict (archive_id integer not null, like recon.verdict including comments);
create table archive.difference (archive_id integer not null, like recon.difference including comments);
create table archive.ledger_entry (archive_id integer not null, like recon.ledger_entry including comments);
create table archive.cell_status (archive_id integer not null, like recon.cell_status including comments);
create table archive.ministry_cell (archive_id integer not null, like recon.ministry_cell including comments);
create table archive.ledger_cell (archive_id integer not null, like recon.ledger_cell including comments);
create table archive.pull (archive_id integer not null, like ops.pull including comments);
create table archive.check_result (archive_id integer not null, like ops.check_result including comments);
create table archive.agency (archive_id integer not null, like core.agency including comments);
create table archive.procedure (archive_id integer not null, like core.procedure including comments);
do $$
declare
    of_table text;
begin
    foreach of_table in array array['comparison', 'ministry_comparison', 'verdict', 'difference', 'ledger_entry',
        'cell_status', 'ministry_cell', 'ledger_cell', 'pull', 'check_result', 'agency', 'procedure'] loop
        execute format('create index on archive.%I (archive_id)', of_table);
        execute format('comment on table archive.%I is %L', of_table, 'Rows of earlier revisions, with the columns of '
            || case when of_table in ('pull', 'check_result') then 'ops.' when of_table in ('agency', 'procedure')
                then 'core.' else 'recon.' end || of_table || '.');
        execute format('comment on column archive.%I.archive_id is %L', of_table,
            'The generation: ops.publication says which revisions of which nights are in it.');
    end loop;
end $$;

-- Retention.
create table ops.retention (
    applied_at timestamptz primary key default now(),
    as_of_night date not null,
    landing_from date,
    history_from date,
    revisions_from date,
    landings_deleted integer not null,
    bytes_deleted bigint not null,
    rows_deleted bigint not null,
    revisions_expired integer not null
);
comment on table ops.retention is 'What retention deleted, and from which night on everything is still there. Grain: application.';
comment on column ops.retention.applied_at is 'When (our clock).';
comment on column ops.retention.as_of_night is 'The last published night: the settings count back from it.';
comment on column ops.retention.landing_from is 'First night whose landings were all kept; null where none may be deleted.';
comment on column ops.retention.history_from is 'First night that can still be queried; null where no history may be deleted.';
comment on column ops.retention.revisions_from is 'First night whose replaced revisions were kept; null where none may be deleted.';
comment on column ops.retention.landings_deleted is 'Sealed landings deleted.';
comment on column ops.retention.bytes_deleted is 'Their size.';
comment on column ops.retention.rows_deleted is 'Rows deleted from the warehouse.';
comment on column ops.retention.revisions_expired is 'Revisions whose rows were deleted.';

create table ops.disk (
    measured_at timestamptz not null,
    place text not null,
    bytes bigint not null,
    primary key (measured_at, place)
);
comment on table ops.disk is 'How much disk the landing, the schemas of the warehouse and the logs took. Grain: measurement, place.';
comment on column ops.disk.measured_at is 'When (our clock).';
comment on column ops.disk.place is 'landing, landing of catalogues, schema <name>, database (whole), logs, or free (what is left where landings are kept).';
comment on column ops.disk.bytes is 'How many bytes.';
