-- What is in place (archive_id 0) together with what the archive holds: a revision is read by its archive_id and its night.

drop view if exists archive.any_comparison;
create view archive.any_comparison as select 0 as archive_id, * from recon.comparison union all select * from archive.comparison;
comment on view archive.any_comparison is 'recon.comparison of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_ministry_comparison;
create view archive.any_ministry_comparison as select 0 as archive_id, * from recon.ministry_comparison union all select * from archive.ministry_comparison;
comment on view archive.any_ministry_comparison is 'recon.ministry_comparison of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_verdict;
create view archive.any_verdict as select 0 as archive_id, * from recon.verdict union all select * from archive.verdict;
comment on view archive.any_verdict is 'recon.verdict of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_difference;
create view archive.any_difference as select 0 as archive_id, * from recon.difference union all select * from archive.difference;
comment on view archive.any_difference is 'recon.difference of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_ledger_entry;
create view archive.any_ledger_entry as select 0 as archive_id, * from recon.ledger_entry union all select * from archive.ledger_entry;
comment on view archive.any_ledger_entry is 'recon.ledger_entry of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_cause;
create view archive.any_cause as select 0 as archive_id, * from recon.cause union all select * from archive.cause;
comment on view archive.any_cause is 'recon.cause of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_gap;
create view archive.any_gap as select 0 as archive_id, * from recon.gap union all select * from archive.gap;
comment on view archive.any_gap is 'recon.gap of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_gap_event;
create view archive.any_gap_event as select 0 as archive_id, * from recon.gap_event union all select * from archive.gap_event;
comment on view archive.any_gap_event is 'recon.gap_event of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_cell_status;
create view archive.any_cell_status as select 0 as archive_id, * from recon.cell_status union all select * from archive.cell_status;
comment on view archive.any_cell_status is 'recon.cell_status of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_ministry_cell;
create view archive.any_ministry_cell as select 0 as archive_id, * from recon.ministry_cell union all select * from archive.ministry_cell;
comment on view archive.any_ministry_cell is 'recon.ministry_cell of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_indicator_cell;
create view archive.any_indicator_cell as select 0 as archive_id, * from recon.indicator_cell union all select * from archive.indicator_cell;
comment on view archive.any_indicator_cell is 'recon.indicator_cell of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_rate;
create view archive.any_rate as select 0 as archive_id, * from recon.rate union all select * from archive.rate;
comment on view archive.any_rate is 'recon.rate of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_learned_lag;
create view archive.any_learned_lag as select 0 as archive_id, * from recon.learned_lag union all select * from archive.learned_lag;
comment on view archive.any_learned_lag is 'recon.learned_lag of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_ledger_cell;
create view archive.any_ledger_cell as select 0 as archive_id, * from recon.ledger_cell union all select * from archive.ledger_cell;
comment on view archive.any_ledger_cell is 'recon.ledger_cell of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_pull;
create view archive.any_pull as select 0 as archive_id, * from ops.pull union all select * from archive.pull;
comment on view archive.any_pull is 'ops.pull of every revision that can be queried: in place (archive_id 0) or archived.';

drop view if exists archive.any_check_result;
create view archive.any_check_result as select 0 as archive_id, * from ops.check_result union all select * from archive.check_result;
comment on view archive.any_check_result is 'ops.check_result of every revision that can be queried: in place (archive_id 0) or archived.';

-- Names that only a source taught us may be unlearned by a replay: a revision that rests on them still shows them.
drop view if exists archive.any_agency;
create view archive.any_agency as
select * from core.agency
union all
(select distinct on (agency_id, valid_from) agency_id, valid_from, valid_to, code, old_code, name, name_key, level, parent_id,
    origin, first_night
from archive.agency a
where not exists (select from core.agency c where c.agency_id = a.agency_id)
order by agency_id, valid_from, archive_id desc);
comment on view archive.any_agency is 'core.agency, and those that only archived revisions know.';
drop view if exists archive.any_procedure;
create view archive.any_procedure as
select * from core.procedure
union all
(select distinct on (procedure_family) procedure_family, procedure_code, name, field_code, field_name, origin, first_night,
    legal_days
from archive.procedure a
where not exists (select from core.procedure c where c.procedure_family = a.procedure_family)
order by procedure_family, archive_id desc);
comment on view archive.any_procedure is 'core.procedure, and those that only archived revisions know.';

-- Columns mean what they mean in the tables.
do $$
declare
    of_column record;
begin
    for of_column in
        select v.relname as view, a.attname as column, coalesce(
            col_description(t.oid, (select attnum from pg_attribute where attrelid = t.oid and attname = a.attname)),
            'The generation: ops.publication says which revisions of which nights are in it; 0 is in place.') as meaning
        from pg_class v
        join pg_attribute a on a.attrelid = v.oid and a.attnum > 0
        join pg_class t on t.relname = substr(v.relname, 5) and t.relkind in ('r', 'p')
            and t.relnamespace in ('recon'::regnamespace, 'ops'::regnamespace, 'core'::regnamespace)
        where v.relnamespace = 'archive'::regnamespace and v.relkind = 'v'
    loop
        execute format('comment on column archive.%I.%I is %L', of_column.view, of_column.column, of_column.meaning);
    end loop;
end $$;
