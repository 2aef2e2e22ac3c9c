comment on schema mart is 'What analysts read: published nights only.';
grant usage on schema mart to analyst;
alter default privileges in schema mart grant select on tables to analyst;
