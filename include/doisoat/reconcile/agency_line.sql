-- Each agency with the agencies above it, nearest first, and the whole province ('') last.
create temporary table agency_line on commit drop as
with recursive parent as (
    select distinct on (agency_id)
        agency_id,
        parent_id
    from core.agency order by agency_id, valid_from desc
),
line as (
    select
        agency_id,
        agency_id as above_id,
        0 as steps
    from parent
    union all
    select
        l.agency_id,
        p.parent_id,
        l.steps + 1
    from line l
    join parent p on p.agency_id = l.above_id
    where p.parent_id is not null and l.steps < 10
)
select * from line
union all
select
    agency_id,
    '',
    11
from (
    select agency_id from parent
    union
    select 'unknown'
) one;
analyze agency_line;
