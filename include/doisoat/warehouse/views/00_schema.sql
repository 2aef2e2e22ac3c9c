comment on schema mart is 'What analysts read: published nights only.';
comment on schema mart_history is 'The same views for every revision that can still be queried, also those that were replaced.';
grant usage on schema mart, mart_history to analyst;
alter default privileges in schema mart grant select on tables to analyst;
alter default privileges in schema mart_history grant select on tables to analyst;
