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
    execute format('create index if not exists %I on core.%I (record_id, from_night) where status = ''5''',
        partition || '_awaiting', partition);
    -- reports/unmapped.sql asks for these rows in the same words
    execute format('create index if not exists %I on core.%I (to_night) where '
        'status is null and status_code is not null or channel is null and channel_code is not null '
        'or online_payment is null and online_payment_code is not null '
        'or procedure_family = ''unknown'' and procedure_code is not null '
        'or agency_id = ''unknown'' and agency_code is not null', partition || '_unmapped', partition);
    execute format('analyze core.%I', partition);
end $$;
comment on procedure core.ensure_index(text) is
    'Indexes a source''s rows by dossier, by cell and by the nights on which they began and ended, and apart the '
    'few that are extra, removed, awaiting a supplement or stated in words that no code map knows, after its first '
    'load (an index is built faster than it grows), and tells the planner how many rows there are now.';

do $$
declare
    of_source record;
begin
    for of_source in
        select s.source_id from core.source s
        where to_regclass(format('core.%I', 'dossier_record_' || s.source_id)) is not null
    loop
        call core.ensure_index(of_source.source_id);
    end loop;
end $$;
