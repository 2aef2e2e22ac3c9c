-- The bridge's terms, each measured on its own: what sources declare, what core lists, what the entries sum to.
-- The listed counts are taken from core, not from the cells above, so that the ledger check can fail.
delete from recon.ledger_cell where night = %(night)s and pair = %(pair)s;
insert into recon.ledger_cell
with recursive kin as (
    select agency_id, agency_id as descendant_id from core.agency
    union
    select kin.agency_id, a.agency_id from kin join core.agency a on a.parent_id = kin.descendant_id
),
listed as (
    select receipt_month, agency_id,
        coalesce(sum(rows) filter (where source_id = any (%(national_sources)s)), 0) as national,
        coalesce(sum(rows) filter (where source_id = any (%(provincial_sources)s)), 0) as provincial
    from (select l.*, case when has_listing then kept_rows else ranked_rows end as rows
          from raw.listed l join core.source using (source_id)) l
    where rows > 0
    group by 1, 2
),
entry as (
    select receipt_month, agency_id, sum(sign) as entries
    from recon.ledger_entry
    where pair = %(pair)s and to_night = 'infinity'
    group by 1, 2
),
declared as (
    select s.side, c.period_kind, c.period_start, c.agency_id, c.includes_children, c.value,
        c.source_id || '.' || c.measure as declared_by,
        rank() over (partition by s.side, c.period_kind, c.period_start, c.agency_id order by wanted.place) as place
    from core.control_total c
    join core.source s using (source_id)
    join unnest(%(declared_by)s::text[]) with ordinality as wanted (name, place) on wanted.name = c.source_id || '.' || c.measure
    where c.to_night = 'infinity' and c.value is not null and c.agency_id is distinct from 'unknown'
),
stated as (
    select side, period_kind, period_start, coalesce(agency_id, '') as agency_id, sum(value) as value,
        bool_or(coalesce(includes_children, false)) as includes_children,
        string_agg(distinct declared_by, ' + ' order by declared_by) as declared_by
    from declared where place = 1
    group by 1, 2, 3, 4
),
cell as (
    select 'whole' as grain, '' as agency_id, '-infinity'::date as cell_month, 'all' as period_kind,
        '-infinity'::date as period_start, false as includes_children
    union all select 'undated', '', 'infinity', 'undated', '-infinity', false
    union all select distinct 'month', '', receipt_month, 'month', receipt_month, false from listed where receipt_month is not null
    union
    select 'month', '', period_start, 'month', period_start, false from stated where period_kind = 'month' and agency_id = ''
    union
    -- where a parent's number holds its children's, the rows of the whole subtree are set beside it
    select 'agency_month', agency_id, period_start, 'month', period_start, bool_or(includes_children) from stated
    where period_kind = 'month' and agency_id <> '' group by agency_id, period_start
)
select %(night)s, %(pair)s, cell.grain, cell.agency_id, cell.cell_month,
    national.value, national.declared_by, provincial.value, provincial.declared_by,
    coalesce(l.national, 0), coalesce(l.provincial, 0), coalesce(e.entries, 0)
from cell
left join stated national on national.side = 'national'
    and (national.period_kind, national.period_start, national.agency_id) = (cell.period_kind, cell.period_start, cell.agency_id)
left join stated provincial on provincial.side = 'provincial'
    and (provincial.period_kind, provincial.period_start, provincial.agency_id) = (cell.period_kind, cell.period_start, cell.agency_id)
left join lateral (
    select sum(listed.national) as national, sum(listed.provincial) as provincial from listed
    where (cell.grain = 'whole' or listed.receipt_month is not distinct from nullif(cell.cell_month, 'infinity'))
      and (cell.agency_id = '' or listed.agency_id = cell.agency_id
        or cell.includes_children and listed.agency_id in (select descendant_id from kin where kin.agency_id = cell.agency_id))
) l on true
left join lateral (
    select sum(entry.entries) as entries from entry
    where (cell.grain = 'whole' or entry.receipt_month is not distinct from nullif(cell.cell_month, 'infinity'))
      and (cell.agency_id = '' or entry.agency_id = cell.agency_id
        or cell.includes_children and entry.agency_id in (select descendant_id from kin where kin.agency_id = cell.agency_id))
) e on true;
