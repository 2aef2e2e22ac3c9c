-- The bridge's terms, each measured on its own: what sources declare, what core lists, what the entries sum to. The
-- listed counts, and what the ministries add to them, are taken from core, not from the entries, so that the checks of
-- the ledger can fail.
delete from recon.ledger_cell where night = %(night)s and pair = %(pair)s;
insert into recon.ledger_cell
with term as (
    select
        receipt_month,
        agency_id,
        sum(rows) filter (where source_id = any(%(national_sources)s)) as national,
        sum(rows) filter (where source_id = any(%(provincial_sources)s)) as provincial,
        null::numeric as added,
        null::numeric as undetermined,
        null::bigint as entries,
        null::bigint as union_entries
    from (
        select
            l.*,
            case when has_listing then kept_rows else ranked_rows end as rows
        from raw.listed l join core.source using (source_id)
    ) l
    where rows > 0
    group by 1, 2
    union all
    select
        nullif(cell_month, 'infinity'),
        agency_id,
        null,
        null,
        sum(ministry_only),
        sum(undetermined),
        null,
        null
    from recon.ministry_cell
    where to_night = 'infinity'
    group by 1, 2
    union all
    select
        receipt_month,
        agency_id,
        null,
        null,
        null,
        null,
        sum(sign),
        null
    from recon.ledger_entry
    where pair = %(pair)s and to_night = 'infinity'
    group by 1, 2
    union all
    select
        receipt_month,
        agency_id,
        null,
        null,
        null,
        null,
        null,
        sum(sign)
    from archive.bridge_entries(0, %(night)s, true)
    group by 1, 2
),
declared as (
    select
        s.side,
        c.period_kind,
        c.period_start,
        c.agency_id,
        c.includes_children,
        c.value,
        c.source_id || '.' || c.measure as declared_by,
        rank() over (partition by s.side, c.period_kind, c.period_start, c.agency_id order by wanted.place) as place
    from core.control_total c
    join core.source s using (source_id)
    join
        unnest(%(declared_by)s::text[]) with ordinality as wanted (name, place)
        on wanted.name = c.source_id || '.' || c.measure
    where c.to_night = 'infinity' and c.value is not null and c.agency_id is distinct from 'unknown'
),
stated as (
    select
        side,
        period_kind,
        period_start,
        coalesce(agency_id, '') as agency_id,
        sum(value) as value,
        bool_or(coalesce(includes_children, false)) as includes_children,
        string_agg(distinct declared_by, ' + ' order by declared_by) as declared_by
    from declared where place = 1
    group by 1, 2, 3, 4
),
cell as (
    select
        'whole' as grain,
        '' as agency_id,
        '-infinity'::date as cell_month,
        'all' as period_kind,
        '-infinity'::date as period_start,
        false as includes_children
    union all
    select
        'undated',
        '',
        'infinity',
        'undated',
        '-infinity',
        false
    union all
    select distinct
        'month',
        '',
        receipt_month,
        'month',
        receipt_month,
        false
    from term
    where receipt_month is not null
    union
    select
        'month',
        '',
        period_start,
        'month',
        period_start,
        false
    from stated
    where period_kind = 'month' and agency_id = ''
    union
    -- if a parent's number includes its children's, it is compared with the rows of the whole subtree
    select
        'agency_month',
        agency_id,
        period_start,
        'month',
        period_start,
        bool_or(includes_children)
    from stated
    where period_kind = 'month' and agency_id <> '' group by agency_id, period_start
),
kin as (
    select
        p.agency_id,
        s.agency_id as descendant_id,
        s.from_month,
        s.to_month
    from (select distinct agency_id from cell where includes_children) p
    join mart.agency_subtree s on s.ancestor_id = p.agency_id
)
select
    %(night)s,
    %(pair)s,
    cell.grain,
    cell.agency_id,
    cell.cell_month,
    national.value,
    national.declared_by,
    provincial.value,
    provincial.declared_by,
    coalesce(t.national, 0),
    coalesce(t.provincial, 0),
    coalesce(t.entries, 0),
    coalesce(t.added, 0),
    coalesce(t.undetermined, 0),
    coalesce(t.union_entries, 0)
from cell
left join stated national
    on national.side = 'national'
    and (national.period_kind, national.period_start, national.agency_id)
    = (cell.period_kind, cell.period_start, cell.agency_id)
left join stated provincial
    on provincial.side = 'provincial'
    and (provincial.period_kind, provincial.period_start, provincial.agency_id)
    = (cell.period_kind, cell.period_start, cell.agency_id)
left join lateral (
    select
        sum(term.national) as national,
        sum(term.provincial) as provincial,
        sum(term.entries) as entries,
        sum(term.added) as added,
        sum(term.undetermined) as undetermined,
        sum(term.union_entries) as union_entries
    from term
    where (cell.grain = 'whole' or term.receipt_month is not distinct from nullif(cell.cell_month, 'infinity'))
        and (
            cell.agency_id = '' or term.agency_id = cell.agency_id
            or cell.includes_children and term.agency_id in (
                select descendant_id from kin where kin.agency_id = cell.agency_id
                    and kin.from_month <= cell.cell_month and cell.cell_month < kin.to_month
            )
        )
) t on true;
