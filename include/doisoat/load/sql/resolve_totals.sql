-- The agency of a declared total: by code, else by the source's own id as resolved by its records, else by a name that
-- only one agency had in the period; else unknown. Each distinct statement is resolved once (a year of reports repeats
-- a few hundred units tens of thousands of times), and all of them together: records are read once, not once per unit.
-- An agency that had ended before the period is replaced by the one that took over, as for records
-- (resolve_successors.sql); of several, none.
create temporary table stated_unit on commit drop as
with stated as materialized (
    select distinct
        period_start,
        agency_key,
        coalesce(agency_code, '') as agency_code,
        coalesce(agency_name, '') as agency_name,
        core.agency_name_key(coalesce(agency_name, agency_key)) as name_key
    from total_tonight where agency_key <> ''
),
known as (
    select
        code,
        agency_id
    from core.agency_coded
),
by_code as (
    select
        s.agency_key,
        s.agency_code,
        min(k.agency_id) as agency_id
    from (
        select
            agency_key,
            agency_code,
            agency_key as code
        from stated
        union
        select
            agency_key,
            agency_code,
            agency_code
        from stated
    ) s
    join known k using (code)
    group by 1, 2
    having count(distinct k.agency_id) = 1
),
by_record as (
    select
        r.agency_ref as agency_key,
        min(r.agency_id) as agency_id
    from core.dossier_record r
    where r.source_id = %(source_id)s and r.agency_id <> 'unknown' and r.agency_ref in (
            select s.agency_key from stated s left join by_code c using (agency_key, agency_code)
            where c.agency_id is null
        )
    group by 1
),
by_name as (
    select
        s.period_start,
        s.name_key,
        min(a.agency_id) as agency_id
    from (
        select distinct
            period_start,
            name_key
        from stated
    ) s
    join core.agency_named a
        on a.name_key = s.name_key
        and (not isfinite(s.period_start) or a.valid_from <= s.period_start + 31 and s.period_start < a.valid_to)
    group by 1, 2
    having count(distinct a.agency_id) = 1
)
select
    s.period_start,
    s.agency_key,
    s.agency_code,
    s.agency_name,
    coalesce(c.agency_id, r.agency_id, n.agency_id, 'unknown') as agency_id
from stated s
left join by_code c using (agency_key, agency_code)
left join by_record r using (agency_key)
left join by_name n using (period_start, name_key);
analyze stated_unit;
update stated_unit u set agency_id = coalesce(core.successor_of(u.agency_id, u.period_start), 'unknown')
where isfinite(u.period_start)
    and exists (select from core.succession s where s.agency_id = u.agency_id and s.since <= u.period_start)
    and not exists (
        select from core.agency a
        where a.agency_id = u.agency_id and a.valid_from <= u.period_start and u.period_start < a.valid_to
    );
update total_tonight t set agency_id = s.agency_id
from stated_unit s
where (t.period_start, t.agency_key, coalesce(t.agency_code, ''), coalesce(t.agency_name, ''))
    = (s.period_start, s.agency_key, s.agency_code, s.agency_name);
-- The province itself is the whole: stated as an agency, it does not count as one.
update total_tonight t set agency_key = '', agency_id = null
from core.agency a
where a.agency_id = t.agency_id and a.level = 'province'
    and not exists (
        select from total_tonight w
        where (w.source_id, w.measure, w.period_kind, w.period_start, w.agency_key)
            = (t.source_id, t.measure, t.period_kind, t.period_start, '')
    );
delete from total_tonight doubled using total_tonight kept
where (doubled.measure, doubled.period_kind, doubled.period_start, doubled.agency_key)
    = (kept.measure, kept.period_kind, kept.period_start, kept.agency_key) and doubled.ctid < kept.ctid;
drop table stated_unit;
