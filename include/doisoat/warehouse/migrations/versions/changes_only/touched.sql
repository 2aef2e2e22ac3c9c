-- What a night changed, so that the night's comparison needs to look at nothing else.
create table core.touched_night (
    night date primary key,
    is_whole boolean not null,
    rules text not null
);
comment on table core.touched_night is 'How records were joined into dossiers that night: anew as a whole, or where something changed. Grain: night since the last comparison.';
comment on column core.touched_night.night is 'The night.';
comment on column core.touched_night.is_whole is 'Whether all that is held was looked at; else what core.touched names.';
comment on column core.touched_night.rules is 'Names the rules that were in force and the systems that they joined (doisoat.warehouse.touched).';

create table core.touched (
    night date not null,
    code text not null,
    primary key (night, code)
);
comment on table core.touched is 'Codes that are linked, however remotely, with a record that changed that night: each dossier that may have changed is one of them. Grain: night since the last comparison, code.';
comment on column core.touched.night is 'The night.';
comment on column core.touched.code is 'A code, as in core.identity_link; a dossier_id is one too.';

create table recon.whole_night (
    night date primary key,
    is_whole boolean not null,
    compared_by text not null
);
comment on table recon.whole_night is 'How a night was compared: all that is held, or what could have changed. Grain: night.';
comment on column recon.whole_night.night is 'The night.';
comment on column recon.whole_night.is_whole is 'Whether every dossier was compared anew; else those that were touched or differed before.';
comment on column recon.whole_night.compared_by is 'Names what every comparison rests on: rules, configuration, reference data and the systems that took part; empty where records were joined anew since, so that no night builds on it.';

create index identity_link_code on core.identity_link (code);

create or replace procedure core.ensure_index(source_id text)
language plpgsql as $$
declare
    partition text := 'dossier_record_' || source_id;
    of_rows record;
begin
    execute format('create index if not exists %I on core.%I (dossier_id)', partition || '_dossier_id', partition);
    for of_rows in values ('extra', 'duplicate_rank > 1'), ('removed', 'is_removed') loop
        execute format('create index if not exists %I on core.%I (dossier_id) where to_night = ''infinity'' and %s',
            partition || '_' || of_rows.column1, partition, of_rows.column2);
    end loop;
    execute format('create index if not exists %I on core.%I (source_id, agency_id, procedure_family, receipt_month, '
        'duplicate_rank, is_removed) where to_night = ''infinity''', partition || '_cell', partition);
    execute format('create index if not exists %I on core.%I using brin (from_night) with (pages_per_range = 32)',
        partition || '_from', partition);
    execute format('create index if not exists %I on core.%I (to_night) where to_night < ''infinity''',
        partition || '_to', partition);
    execute format('analyze core.%I', partition);
end $$;
comment on procedure core.ensure_index(text) is 'Indexes a source''s rows by dossier, by cell and by the nights on which they began and ended, and apart the few that are extra or removed, after its first load (an index is built faster than it grows), and tells the planner how many rows there are now.';

do $$
declare
    partition text;
begin
    for partition in select source_id from core.source where to_regclass(format('core.%I', 'dossier_record_' || source_id)) is not null loop
        call core.ensure_index(partition);
        execute format('drop index if exists core.%I', 'dossier_record_' || partition || '_dossier');
    end loop;
end $$;
