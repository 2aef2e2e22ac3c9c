-- The bridge of a part of the province: of an agency with everything below it (as of the month of receipt; without one,
-- of the night), of a procedure, a field or a level, and of a range of months. Listed rows and entries are the sums of
-- the finest cells, so they add up as the whole does. A declared count is shown only if a source declares exactly this
-- part: an agency whose number includes all below it (or that never has anything below it), exactly this period, and no
-- other filter; else it is unknown, as it is for a replaced revision. By agency and month, each agency's row is its own
-- only.
with term as (
    select
        agency_id,
        procedure_family,
        nullif(cell_month, 'infinity') as receipt_month,
        national_listed,
        provincial_listed,
        0 as added_by_ministries,
        0 as undetermined,
        0 as entries
    from archive.any_cell_status
    where archive_id = %(archive_id)s
        and from_night <= %(night)s
        and %(night)s < to_night
        and pair = 'national_provincial'
    union all
    select
        agency_id,
        procedure_family,
        nullif(cell_month, 'infinity'),
        0,
        0,
        ministry_only,
        undetermined,
        0
    from archive.any_ministry_cell
    where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night and %(with_ministries)s
    union all
    select
        agency_id,
        procedure_family,
        receipt_month,
        0,
        0,
        0,
        0,
        sign
    from archive.bridge_entries(%(archive_id)s, %(night)s, %(with_ministries)s)
),
subtree as materialized (select * from core.subtree(%(agency)s)),
part as (
    select
        case when %(grain)s = 'whole' then '-infinity' else coalesce(t.receipt_month, 'infinity') end as cell_month,
        case when %(grain)s = 'agency_month' then t.agency_id else %(agency)s end as agency_id,
        t.national_listed,
        t.provincial_listed,
        t.added_by_ministries,
        t.undetermined,
        t.entries
    from term t
    left join archive.any_procedure p using (procedure_family)
    left join (
        select distinct on (agency_id)
            agency_id,
            level
        from archive.any_agency order by agency_id, valid_from desc
    ) a on a.agency_id = t.agency_id
    where (%(first_month)s::date is null or t.receipt_month >= %(first_month)s)
        and (%(last_month)s::date is null or t.receipt_month <= %(last_month)s)
        and (%(procedure)s::text is null or t.procedure_family = core.procedure_family(%(procedure)s))
        and (%(field)s::text is null or coalesce(p.field_code, 'unknown') = %(field)s)
        and (%(level)s::text is null or coalesce(a.level, 'unknown') = %(level)s)
        and (%(agency)s::text is null or exists (
            select from subtree s
            where s.agency_id = t.agency_id
                and s.from_month <= coalesce(t.receipt_month, date_trunc('month', %(night)s::date))
                and coalesce(t.receipt_month, date_trunc('month', %(night)s::date)) < s.to_month
        ))
    union all
    select
        '-infinity',
        %(agency)s,
        0,
        0,
        0,
        0,
        0
    where %(grain)s = 'whole'
),
cell as (
    select
        cell_month,
        agency_id,
        sum(national_listed) as national_listed,
        sum(provincial_listed) as provincial_listed,
        sum(entries) as entries,
        case when %(with_ministries)s then sum(added_by_ministries) end as added_by_ministries,
        case when %(with_ministries)s then sum(undetermined) end as undetermined
    from part
    group by 1, 2
),
declared as (
    select
        s.side,
        c.period_kind,
        c.period_start,
        c.agency_id,
        c.value,
        c.source_id || '.' || c.measure as declared_by,
        coalesce(c.includes_children = (%(grain)s <> 'agency_month'), false)
        or not exists (select from core.agency a where a.parent_id = c.agency_id) as is_just_this,
        rank() over (partition by s.side, c.period_kind, c.period_start, c.agency_id order by wanted.place) as place
    from core.control_total c
    join core.source s using (source_id)
    join
        unnest(%(declared_by)s::text[]) with ordinality as wanted (name, place)
        on wanted.name = c.source_id || '.' || c.measure
    where %(archive_id)s = 0 and c.from_night <= %(night)s and %(night)s < c.to_night and c.value is not null
        and c.agency_id in (select agency_id from cell) and c.agency_id <> 'unknown'
        and coalesce(%(procedure)s::text, %(field)s, %(level)s) is null
),
stated as (
    select
        side,
        period_kind,
        period_start,
        agency_id,
        sum(value) as value,
        string_agg(distinct declared_by, ' + ' order by declared_by) as declared_by
    from declared where place = 1
    group by 1, 2, 3, 4
    having bool_and(is_just_this)
)
select
    case when isfinite(c.cell_month) then c.cell_month end as receipt_month,
    c.agency_id,
    case c.cell_month when '-infinity' then 'whole' when 'infinity' then 'undated' else %(grain)s end as grain,
    n.value as national_declared,
    p.value as provincial_declared,
    c.added_by_ministries,
    c.undetermined,
    p.value + c.added_by_ministries as union_at_least,
    p.value + c.added_by_ministries + c.undetermined as union_at_most,
    n.value - p.value - coalesce(c.added_by_ministries, 0) as difference,
    n.value - p.value - c.added_by_ministries - c.undetermined as difference_at_least,
    c.entries,
    n.value - c.national_listed as national_unlisted,
    p.value - c.provincial_listed as provincial_unlisted,
    c.national_listed,
    c.provincial_listed,
    c.national_listed - c.provincial_listed - coalesce(c.added_by_ministries, 0) = c.entries as adds_up,
    n.declared_by as national_declared_by,
    p.declared_by as provincial_declared_by
from cell c
cross join
    lateral (
        select
            case c.cell_month
                when '-infinity' then %(period_kind)s::text when 'infinity' then 'undated' else 'month'
            end
                as kind,
            case c.cell_month
                when '-infinity' then %(period_start)s::date when 'infinity' then '-infinity' else c.cell_month
            end as start
    ) period
left join
    stated n
    on (n.side, n.period_kind, n.period_start, n.agency_id) = ('national', period.kind, period.start, c.agency_id)
left join
    stated p
    on (p.side, p.period_kind, p.period_start, p.agency_id) = ('provincial', period.kind, period.start, c.agency_id)
order by c.cell_month, c.agency_id
