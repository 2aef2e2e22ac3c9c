-- The latest names of agencies and procedures; one row per code that may occur as a value of a gap.
(select distinct on (agency_id)
    agency_id as code,
    name
from archive.any_agency order by agency_id, valid_from desc)
union all
select
    procedure_family,
    name
from archive.any_procedure where name is not null
