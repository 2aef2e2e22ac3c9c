-- The cells of tonight, summed by month, channel and the parts they count for: the whole (''), their agency, and every
-- agency above that in the month of the cell (mart.agency_subtree), as the bridge counts; and the periods to count by.
-- The named cell "no receipt date" is where the bridge has it, in the month of the night, but belongs to no period.
-- all_counters: the sum of each counter (rates.counters).
create temporary table cell on commit drop as
with chain as (
    select
        c.agency_id,
        c.cell_month,
        array_agg(distinct s.ancestor_id) as parts
    from (
        select distinct
            agency_id,
            cell_month,
            case when isfinite(cell_month) then cell_month else date_trunc('month', %(night)s::date)::date end as month
        from indicator_cell_tonight
    ) c
    join mart.agency_subtree s on s.agency_id = c.agency_id and s.from_month <= c.month and c.month < s.to_month
    group by 1, 2
)
select
    c.cell_month,
    c.channel,
    array_append(coalesce(chain.parts, '{}'), '') as parts,
    all_counters
from indicator_cell_tonight c left join chain using (agency_id, cell_month)
group by 1, 2, 3;
analyze cell;
create temporary table period on commit drop as
with month as (select distinct cell_month as first_day from cell where isfinite(cell_month))
select
    'month' as period_kind,
    first_day as period_start,
    (first_day + interval '1 month')::date as period_end
from month
union
select
    'quarter',
    date_trunc('quarter', first_day)::date,
    (date_trunc('quarter', first_day) + interval '3 months')::date
from month
union
select
    'year',
    date_trunc('year', first_day)::date,
    (date_trunc('year', first_day) + interval '1 year')::date
from month
union all
select
    'all',
    '-infinity',
    'infinity';
analyze period;
