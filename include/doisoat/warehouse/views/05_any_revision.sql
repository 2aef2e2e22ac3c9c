-- Current and archived rows together: the views of the tables themselves are made before this file runs
-- (doisoat.warehouse.archived).

-- A replay may forget names that we learned only from a source: a revision that uses them still shows them.
drop view if exists archive.any_agency cascade;
create view archive.any_agency as
select * from core.agency
union all
(select distinct on (agency_id, valid_from)
    agency_id,
    valid_from,
    valid_to,
    code,
    old_code,
    name,
    name_key,
    level,
    parent_id,
    origin,
    first_night
from archive.agency a
where not exists (select from core.agency c where c.agency_id = a.agency_id)
order by agency_id, valid_from, archive_id desc);
comment on view archive.any_agency is 'core.agency, and agencies that only archived revisions know.';
drop view if exists archive.any_procedure cascade;
create view archive.any_procedure as
select * from core.procedure
union all
(select distinct on (procedure_family)
    procedure_family,
    procedure_code,
    name,
    field_code,
    field_name,
    origin,
    first_night,
    legal_days
from archive.procedure a
where not exists (select from core.procedure c where c.procedure_family = a.procedure_family)
order by procedure_family, archive_id desc);
comment on view archive.any_procedure is 'core.procedure, and procedures that only archived revisions know.';

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
