-- The cells of a night that are asked for, each with the part that it counts for: a value of one dimension, of agencies its own
-- and each above it; and the periods to count by. What is narrowed to one agency is that with all below it.
create temporary table cell on commit drop as
with recursive kin as (
    select agency_id as part, agency_id from archive.any_agency
    union
    select kin.part, a.agency_id from kin join archive.any_agency a on a.parent_id = kin.agency_id
),
latest as (select distinct on (agency_id) agency_id, level from archive.any_agency order by agency_id, valid_from desc),
field as (select procedure_family, min(field_code) as field_code from archive.any_procedure group by 1)
select c.*, case %(dimension)s
    when 'agency' then (select array_agg(distinct kin.part) from kin where kin.agency_id = c.agency_id
        and (%(agency)s::text is null or kin.part in (select agency_id from kin where part = %(agency)s)))
    when 'level' then array[coalesce(l.level, 'unknown')]
    when 'field' then array[coalesce(f.field_code, 'unknown')]
    when 'procedure' then array[c.procedure_family]
    when 'channel' then array[c.channel]
    when 'system' then array[case c.source_id when '' then 'province' else c.source_id end]
    else array[coalesce(%(agency)s, '')] end as parts
from archive.any_indicator_cell c
left join latest l using (agency_id)
left join field f using (procedure_family)
where c.archive_id = %(archive_id)s and c.from_night <= %(night)s and %(night)s < c.to_night
  and (%(agency)s::text is null or c.agency_id in (select agency_id from kin where part = %(agency)s))
  and (%(level)s::text is null or coalesce(l.level, 'unknown') = %(level)s)
  and (%(field)s::text is null or coalesce(f.field_code, 'unknown') = %(field)s)
  and (%(procedure)s::text is null or c.procedure_family = core.procedure_family(%(procedure)s))
  and (%(channel)s::text is null or c.channel = %(channel)s)
  and (%(first_month)s::date is null or c.cell_month >= %(first_month)s)
  and (%(last_month)s::date is null or c.cell_month <= %(last_month)s);
create temporary table period on commit drop as
select distinct %(period_kind)s::text as period_kind,
    case %(period_kind)s when 'range' then %(first_month)s::date when 'all' then '-infinity'
        else date_trunc(%(unit)s, cell_month)::date end as period_start,
    case %(period_kind)s when 'range' then (%(last_month)s::date + interval '1 month')::date when 'all' then 'infinity'
        else (date_trunc(%(unit)s, cell_month) + %(step)s::interval)::date end as period_end
from cell where isfinite(cell_month);
analyze cell;
analyze period;
