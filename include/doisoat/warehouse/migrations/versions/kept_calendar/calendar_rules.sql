create table core.calendar_rules (fingerprint text primary key);
comment on table core.calendar_rules is 'By which rules core.working_day was written: where they are the same, it is not written again. Grain: one row.';
comment on column core.calendar_rules.fingerprint is 'SHA-256 of the province file''s working_days, the agencies that they concern, and the edition of the national calendar.';
