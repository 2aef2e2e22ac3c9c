-- Schemas of ours that the login may use besides mart.
select
    current_user as login,
    string_agg(nspname, ', ' order by nspname) as more
from pg_namespace
where nspname in ('archive', 'core', 'lock', 'ops', 'raw', 'recon') and has_schema_privilege(oid, 'usage')
