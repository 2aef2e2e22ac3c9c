comment on schema mart is 'What analysts read: published nights only.';
comment on schema mart_history is 'The same views for every revision that can still be queried, also those that were replaced.';
grant usage on schema mart, mart_history to analyst;
alter default privileges in schema mart grant select on tables to analyst;
alter default privileges in schema mart_history grant select on tables to analyst;

-- mart.<name>: the rows of mart_history.<name> that belong to the revision to read, without the columns that say which.
create procedure pg_temp.show_standing(of_view text)
language plpgsql as $$
begin
    execute format(
        'create view mart.%I as select %s from mart_history.%I where is_standing',
        of_view,
        (
            select string_agg(quote_ident(attname), ', ' order by attnum)
            from pg_attribute
            where attrelid = format('mart_history.%I', of_view)::regclass and attnum > 0
                and attname not in ('revision', 'is_standing')
        ),
        of_view
    );
end $$;
