-- What the login of the page's forms may do: store, and more than that (schemas besides mart, anything to read in it).
select
    current_user as login,
    pg_has_role('gap_writer', 'usage') as may_store,
    concat_ws(
        ', ',
        (
            select string_agg(nspname, ', ' order by nspname)
            from pg_namespace
            where nspname in ('archive', 'core', 'lock', 'ops', 'raw', 'recon') and has_schema_privilege(oid, 'usage')
        ),
        (
            select count(*) || ' tables or views of mart' from pg_class
            where relnamespace = 'mart'::regnamespace and relkind in ('r', 'v') and has_table_privilege(oid, 'select')
            having count(*) > 0
        )
    ) as more
