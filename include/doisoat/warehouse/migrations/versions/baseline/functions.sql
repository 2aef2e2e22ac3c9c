-- What more than one query asks of the tables, and what gives a source its place in them.

create function core.agency_name_key(name text) returns text
language sql immutable parallel safe as $$
    select nullif(regexp_replace(regexp_replace(replace(
        lower(regexp_replace(btrim(normalize(name, nfc)), '\s+', ' ', 'g')),
        ' - ', ', '), '^(ubnd|ủy ban nhân dân|uỷ ban nhân dân) ', ''), ',? tỉnh [^,]+$', ''), '')
$$;
comment on function core.agency_name_key(text) is
    'What a stated agency name is compared by: NFC, lower case, single spaces, without the leading "UBND" and a '
    'trailing ", tỉnh ...".';

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
comment on procedure core.ensure_partition(text) is
    'Gives a source its own partition, so that one side is scanned alone.';

create procedure core.ensure_index(source_id text)
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
comment on procedure core.ensure_index(text) is
    'Indexes a source''s rows by dossier, by cell and by the nights on which they began and ended, and apart the '
    'few that are extra or removed, after its first load (an index is built faster than it grows), and tells the '
    'planner how many rows there are now.';

create function recon.ratio(part bigint, whole bigint) returns numeric
language sql immutable parallel safe
return case when whole > 0 then least(1, round(part::numeric / whole, 6)) end;
comment on function recon.ratio is
    'A part of a whole, never above 1: a surplus does not lift a rate above 100 % (CONTRACTS 6); null where there '
    'is no whole.';

create function recon.points(ratio numeric, points numeric, full_at numeric) returns numeric
language sql immutable parallel safe
return case when ratio is not null then points * least(1, ratio / full_at) end;
comment on function recon.points is
    'What a ratio gives of the most points: all from full_at on, below it in proportion; null where the ratio is '
    'not known.';

create function ops.landings(of_night date) returns text language sql stable return (
    select md5(coalesce(string_agg(l.source_id || ' ' || l.seal, E'\n' order by l.source_id), ''))
    from ops.load l
    where l.night = of_night
      and not exists (
          select from ops.look_up_pull u where (u.night, u.source_id, u.seal) = (l.night, l.source_id, l.seal)
      )
);
comment on function ops.landings is
    'What the inputs of a night were loaded from: MD5 over the seals of its landings, look-ups apart.';
