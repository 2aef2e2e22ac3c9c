-- analyst: reads mart and nothing else. Roles belong to the server, so it may be there already.
do $$
begin
    if not exists (select from pg_roles where rolname = 'analyst') then
        create role analyst nologin;
    end if;
end $$;
comment on schema raw is 'Staging tables of the run at work; nothing to query.';
comment on schema core is 'What the sources said: records, identity, control totals, reference data.';
comment on schema recon is 'What follows: presence, differences, the ledger.';
comment on schema ops is 'How the nights went: pulls, loads, checks, quarantine, publications.';
