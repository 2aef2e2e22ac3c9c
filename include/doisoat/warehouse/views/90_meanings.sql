-- Columns that say the same in several views are explained once.
do $$
declare
    of_column record;
begin
    for of_column in
        select format('mart.%I', likes.name)::regclass as view, a.attname as column, col_description(o.attrelid, o.attnum) as meaning
        from (
            values ('rate_quarter', 'rate_month'), ('rate_year', 'rate_month'), ('rate_all_months', 'rate_month'),
                ('bridge_month', 'bridge'), ('bridge_agency_month', 'bridge'),
                ('finding', 'gap'), ('fact_sync_gap', 'gap'), ('gap_event', 'gap')
        ) as likes (name, model)
        join pg_attribute a on a.attrelid = format('mart.%I', likes.name)::regclass and a.attnum > 0
        join pg_attribute o on o.attrelid = format('mart.%I', likes.model)::regclass and o.attname = a.attname
        where col_description(a.attrelid, a.attnum) is null
    loop
        execute format('comment on column %s.%I is %L', of_column.view, of_column.column, of_column.meaning);
    end loop;
end $$;

-- mart_history.<name>: its columns mean the same as in mart.<name>.
do $$
declare
    of_view record;
    of_column record;
begin
    for of_view in
        select h.relname as name, obj_description(v.oid) as meaning
        from pg_class h join pg_class v on v.relname = h.relname and v.relnamespace = 'mart'::regnamespace
        where h.relnamespace = 'mart_history'::regnamespace
    loop
        execute format('comment on view mart_history.%I is %L', of_view.name, 'mart.' || of_view.name
            || ' of every revision that can still be queried: ' || of_view.meaning);
    end loop;
    for of_column in
        select h.oid::regclass as view, a.attname as column, coalesce(
            (select col_description(v.oid, o.attnum) from pg_class v join pg_attribute o on o.attrelid = v.oid
             where v.relnamespace = 'mart'::regnamespace and o.attname = a.attname
               and v.relname = case h.relname when 'night_revision' then 'night' else h.relname end),
            case a.attname when 'revision' then '1 for the first publication of the night.'
                when 'is_standing' then 'Whether this revision is the one to read; at most one of a night is.' end
        ) as meaning
        from pg_class h join pg_attribute a on a.attrelid = h.oid and a.attnum > 0
        where (h.relnamespace = 'mart_history'::regnamespace or h.oid = 'mart.night_revision'::regclass)
          and col_description(h.oid, a.attnum) is null
    loop
        execute format('comment on column %s.%I is %L', of_column.view, of_column.column, of_column.meaning);
    end loop;
end $$;

-- What mart shows of the internal views means there what it means here.
do $$
declare
    of_column record;
begin
    for of_column in
        select distinct on (i.oid, a.attname) i.oid::regclass as view, a.attname as column,
            col_description(v.oid, o.attnum) as meaning
        from pg_class i
        join pg_attribute a on a.attrelid = i.oid and a.attnum > 0
        join pg_class v on v.oid = any (case i.relname when 'any_holding' then array['mart_history.fact_holding'::regclass]
            when 'any_rate_of_night' then array['mart_history.rate_month'::regclass]
            else array['mart.gap', 'mart.finding', 'mart_history.gap']::regclass[] end)
        join pg_attribute o on o.attrelid = v.oid and o.attname = a.attname
        where i.oid in (
                'archive.any_finding_of_night'::regclass, 'archive.any_holding'::regclass, 'archive.any_rate_of_night'::regclass
            )
          and col_description(a.attrelid, a.attnum) is null
        order by i.oid, a.attname, v.relname
    loop
        execute format('comment on column %s.%I is %L', of_column.view, of_column.column, of_column.meaning);
    end loop;
end $$;
