-- What agencies and procedures are called, in their latest form; one row a code that the values of a gap may be.
(select distinct on (agency_id)
    agency_id as code,
    name
from archive.any_agency order by agency_id, valid_from desc)
union all
select
    procedure_family,
    name
from archive.any_procedure where name is not null
