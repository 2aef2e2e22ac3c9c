-- The procedures and months worth asking a source for tonight, as known before it: counts first, top-down. A month is
-- looked into where the source's count of it, or of one of its units, is not ours; then in this order:
--   1. never asked (or not provably answered), of which we hold dossiers in units that differ: most dossiers first
--   2. asked before a count of that month changed, of which the source or we have any: the oldest answers first
--   3. all other procedures of the catalogue, never asked or before such a change: only while what is known leaves
--      something of the month's count over, for else they are 0; first what the source counts in other months, then
--      what is in our own reference. Not due before the month's others are answered: they may leave nothing over.
with declared as (
    select
        period_start as month,
        coalesce(agency_id, '') as agency_id,
        sum(value) as value,
        max(from_night) as changed_on
    from core.control_total
    where source_id = %(source_id)s and measure = %(measure)s and period_kind = 'month'
        and from_night < %(night)s and %(night)s <= to_night and agency_id is distinct from 'unknown'
    group by 1, 2
),
ours as (
    select
        cell_month as month,
        agency_id,
        procedure_family,
        sum(provincial_listed) as dossiers
    from recon.cell_status
    where pair = 'national_provincial' and from_night < %(night)s and %(night)s <= to_night
        and cell_month in (select month from declared)
    group by 1, 2, 3
),
of_unit as (
    select
        month,
        agency_id,
        sum(dossiers) as dossiers
    from ours group by 1, 2
    union all
    select
        month,
        '',
        sum(dossiers)
    from ours group by 1
),
differing as (
    select
        month,
        agency_id
    from declared
    full join of_unit using (month, agency_id)
    where coalesce(value, 0) <> coalesce(dossiers, 0)
),
held as (
    select
        month,
        procedure_family,
        sum(dossiers) as dossiers
    from ours
    join differing using (month, agency_id)
    group by 1, 2
),
answered as (
    select distinct on (receipt_month, procedure_ref)
        receipt_month as month,
        procedure_ref,
        night,
        state,
        value
    from core.procedure_answer
    where source_id = %(source_id)s and measure = %(measure)s and night < %(night)s
    order by receipt_month, procedure_ref, night desc
),
month as (
    select
        d.month,
        max(d.changed_on) as changed_on,
        coalesce(max(d.value) filter (where d.agency_id = ''), 0) - coalesce(max(a.known), 0) as left_over
    from declared d
    left join (
        select
            month,
            sum(value) as known
        from answered where state = 'known' group by 1
    ) a using (month)
    where d.month in (select month from differing)
    group by 1
),
counted as (
    select procedure_ref from answered where value > 0 group by 1
),
procedure as (
    select
        e.ref,
        e.code,
        core.procedure_family(e.code) as procedure_family
    from core.catalogue_entry e
    where e.source_id = %(source_id)s and e.catalogue = 'procedure' and e.to_night = 'infinity'
        and e.ref not like '#%%'  -- a fingerprint: what stands behind it cannot be asked for
),
wanted as (
    select
        m.month,
        p.ref,
        p.code,
        h.dossiers,
        a.night,
        c.procedure_ref is not null as is_counted,
        r.procedure_family is not null as is_ours,
        case
            when a.state = 'refused' or a.state = 'known' and m.changed_on <= a.night then null
            when a.state = 'known' and (a.value > 0 or h.dossiers > 0) then 2
            when h.dossiers > 0 then 1
            when m.left_over > 0 then 3
        end as place
    from month m
    cross join procedure p
    left join held h on h.month = m.month and h.procedure_family = p.procedure_family
    left join answered a on a.month = m.month and a.procedure_ref = p.ref
    left join counted c on c.procedure_ref = p.ref
    left join (
        select distinct procedure_family from core.procedure where origin = 'reference'
    ) r on r.procedure_family = p.procedure_family
)
select
    month,
    ref,
    code,
    place < 3 as is_sure,
    place < 3 or min(place) over (partition by month) = 3 as is_due
from wanted
where place is not null
order by
    place,
    dossiers desc nulls last,
    night nulls first,
    is_counted desc,
    is_ours desc,
    month desc,
    code,
    ref
