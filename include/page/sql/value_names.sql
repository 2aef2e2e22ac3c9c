-- The names of values that gaps are filtered by.
select
    'cause' as filter,
    cause as value,
    label
from mart.dim_cause
union all
select
    'owner',
    agency_id,
    name
from mart.dim_agency
union all
select
    'procedure',
    procedure_family,
    name
from mart.dim_procedure where name is not null
