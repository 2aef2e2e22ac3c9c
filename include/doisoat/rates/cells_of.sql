-- The requested cells of a night (asked_cell), summed by month, channel and the parts they count for: the value of one
-- dimension, or for agencies its own and each agency above it in the month of the cell; and the periods to count by. A
-- filter by agency includes all below it. What has no receipt date belongs where its agency was in the month of the
-- night, as in the bridge. all_counters: the sum of each counter (rates.counters); a cell is a wide row, so none is
-- kept or sorted before it is summed.
create temporary table cell on commit drop as
with counted as not materialized (
    select
        *,
        case
            when isfinite(cell_month) then date_trunc('month', cell_month)::date else
                date_trunc('month', %(night)s::date)::date
        end as month
    from asked_cell
    where (%(procedure)s::text is null or procedure_family = core.procedure_family(%(procedure)s))
        and (%(channel)s::text is null or channel = %(channel)s)
        and (%(first_month)s::date is null or cell_month >= %(first_month)s)
        and (%(last_month)s::date is null or cell_month <= %(last_month)s)
),
asked as materialized (
    select
        agency_id as below_id,
        from_month,
        to_month
    from core.subtree(%(agency)s)
),
-- which of the requested agencies are above an agency in a month
chain as (
    select
        c.agency_id,
        c.month,
        array_agg(distinct s.ancestor_id) as parts
    from (
        select distinct
            agency_id,
            month
        from counted
    ) c
    join mart.agency_subtree s on s.agency_id = c.agency_id and s.from_month <= c.month and c.month < s.to_month
    left join asked a on a.below_id = s.ancestor_id and a.from_month <= c.month and c.month < a.to_month
    where %(agency)s::text is null or a.below_id is not null
    group by 1, 2
),
latest as (
    select distinct on (agency_id)
        agency_id,
        level
    from archive.any_agency order by agency_id, valid_from desc
),
field as (
    select
        procedure_family,
        min(field_code) as field_code
    from archive.any_procedure group by 1
)
select
    c.cell_month,
    c.channel,
    p.parts,
    all_counters
from counted c
left join chain using (agency_id, month)
left join asked a on a.below_id = c.agency_id and a.from_month <= c.month and c.month < a.to_month
left join latest l using (agency_id)
left join field f using (procedure_family)
cross join
    lateral (
        select case %(dimension)s when 'agency' then chain.parts when 'level' then array[coalesce(l.level, 'unknown')]
            when 'field' then array[coalesce(f.field_code, 'unknown')]
            when 'procedure' then array[c.procedure_family]
            when 'channel' then array[c.channel]
            when 'system' then array[case c.source_id when '' then 'province' else c.source_id end]
            else array[coalesce(%(agency)s, '')]
        end as parts
    ) p
where (%(agency)s::text is null or a.below_id is not null)
    and (%(level)s::text is null or coalesce(l.level, 'unknown') = %(level)s)
    and (%(field)s::text is null or coalesce(f.field_code, 'unknown') = %(field)s)
group by c.cell_month, c.channel, p.parts;
analyze cell;
create temporary table period on commit drop as
select distinct
    %(period_kind)s::text as period_kind,
    case %(period_kind)s when 'range' then %(range_start)s::date when 'all' then '-infinity'
        else date_trunc(%(unit)s, cell_month)::date
    end as period_start,
    case %(period_kind)s when 'range' then %(range_end)s::date when 'all' then 'infinity'
        else (date_trunc(%(unit)s, cell_month) + %(step)s::interval)::date
    end as period_end
from cell where isfinite(cell_month);
analyze period;
