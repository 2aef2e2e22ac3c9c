create function core.agency_name_key(name text) returns text
language sql immutable parallel safe as $$
    select nullif(regexp_replace(regexp_replace(replace(
        lower(regexp_replace(btrim(normalize(name, nfc)), '\s+', ' ', 'g')),
        ' - ', ', '), '^(ubnd|ủy ban nhân dân|uỷ ban nhân dân) ', ''), ',? tỉnh [^,]+$', ''), '')
$$;
comment on function core.agency_name_key(text) is
    'What a stated agency name is compared by: NFC, lower case, single spaces, without the leading "UBND" and a trailing ", tỉnh ...".';

create function core.procedure_family(code text) returns text
language sql immutable parallel safe as $$
    select case when code is null then 'unknown' when substr(code, 2, 1) = '.' then left(code, 8) else code end
$$;
comment on function core.procedure_family(text) is
    'First 8 characters of a code like 1.001193.000.00.00.H37; a code of another shape is its own family.';

create procedure core.ensure_partition(source_id text)
language plpgsql as $$
begin
    execute format('create table if not exists core.%I partition of core.dossier_record for values in (%L)',
        'dossier_record_' || source_id, source_id);
end $$;
comment on procedure core.ensure_partition(text) is 'Gives a source its own partition, so that one side is scanned alone.';

create procedure core.ensure_index(source_id text)
language plpgsql as $$
declare
    of_rows record;
begin
    for of_rows in values ('dossier', 'true'), ('extra', 'duplicate_rank > 1'), ('removed', 'is_removed') loop
        execute format('create index if not exists %I on core.%I (dossier_id) where to_night = ''infinity'' and %s',
            'dossier_record_' || source_id || '_' || of_rows.column1, 'dossier_record_' || source_id, of_rows.column2);
    end loop;
    execute format('create index if not exists %I on core.%I (source_id, agency_id, procedure_family, receipt_month, '
        'duplicate_rank, is_removed) where to_night = ''infinity''',
        'dossier_record_' || source_id || '_cell', 'dossier_record_' || source_id);
    execute format('analyze core.%I', 'dossier_record_' || source_id);
end $$;
comment on procedure core.ensure_index(text) is 'Indexes a source''s current rows by dossier and by cell, and apart the few that are extra or removed, after its first load (an index is built faster than it grows), and tells the planner how many rows there are now.';
