-- The cells of tonight, each with the parts that it counts for: the whole (''), its agency, and every agency above that in any
-- form it ever had; and the periods to count by.
create temporary table cell on commit drop as
with recursive above as (
    select agency_id, agency_id as part from core.agency
    union
    select above.agency_id, a.parent_id from above join core.agency a on a.agency_id = above.part where a.parent_id is not null
),
parts as (select agency_id, array_agg(distinct part) as parts from above group by 1)
select c.*, array_append(coalesce(p.parts, '{}'), '') as parts
from indicator_cell_tonight c left join parts p using (agency_id);
create temporary table period on commit drop as
with month as (select distinct cell_month as first_day from cell where isfinite(cell_month))
select 'month' as period_kind, first_day as period_start, (first_day + interval '1 month')::date as period_end from month
union
select 'quarter', date_trunc('quarter', first_day)::date, (date_trunc('quarter', first_day) + interval '3 months')::date from month
union
select 'year', date_trunc('year', first_day)::date, (date_trunc('year', first_day) + interval '1 year')::date from month
union all
select 'all', '-infinity', 'infinity';
analyze cell;
analyze period;
