-- analyst: reads mart and nothing else. Roles belong to the server, so it may be there already.
do $$
begin
    if not exists (select from pg_roles where rolname = 'analyst') then
        create role analyst nologin;
    end if;
end $$;
