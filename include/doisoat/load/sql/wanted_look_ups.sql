-- The codes worth a look-up tonight, most informative first. Look-ups concern dossiers that the province holds and no
-- listing of the asked source's side shows, once they are older than the allowed lag, under every code by which they
-- may be known there. An answer stays valid for some nights before it is asked for again.
--   1. never asked, missing in an existing listing          3. asked before and not held: an open gap, asked again
--   2. never asked, there is no listing: see below          4. asked before and held, the oldest answer first
-- Of 2, where the portal's count of a cell (agency, procedure, month) is known: first the cells of which it counts
-- fewer than the province holds, as long as not so many are proven to be missing, the largest share first; last those
-- in which nothing is left to explain. Between them the cells of which it is not known; there those that have just
-- become due, then a sample that differs from night to night.
-- After all of these, only with what is left of the budget (not is_due): the answers that are still valid and that an
-- open gap rests on, the oldest first.
with asked_side as (
    select
        s.side,
        s.procedure_families,
        array(
            select l.source_id from core.source l join ops.pull p on p.source_id = l.source_id and p.night = %(night)s
            where l.side = s.side and l.has_listing and p.state <> 'absent'
                and (s.side = 'national' or l.source_id = s.source_id)
        ) as listings
    from core.source s where s.source_id = %(source_id)s
),
missing as (
    select
        r.dossier_id,
        r.dossier_code,
        r.linked_codes,
        r.agency_id,
        r.procedure_family,
        r.receipt_month,
        coalesce(r.received_at, r.submitted_at) as moment,
        cardinality(a.listings) > 0 as is_listed_side
    from core.dossier_record r
    join core.source s using (source_id)
    cross join asked_side a
    where s.side = 'provincial' and r.to_night = 'infinity' and r.duplicate_rank = 1
        and (a.side = 'national' or r.procedure_family = any(a.procedure_families))
        and not exists (
            select from core.dossier_record n
            where n.dossier_id = r.dossier_id
                and n.source_id = any(a.listings)
                and n.to_night = 'infinity'
                and not n.is_removed
        )
),
code as (
    select
        m.dossier_id,
        c.code,
        m.moment,
        m.is_listed_side,
        m.agency_id,
        m.procedure_family,
        m.receipt_month
    from missing m
    cross join
        lateral (
            select m.dossier_code as code
            union
            select unnest(m.linked_codes)
        ) c
    where c.code not like '#%%' and m.moment < %(settled_before)s
),
asked as (
    select distinct on (code)
        code,
        night,
        is_held
    from core.look_up where source_id = %(source_id)s and night < %(night)s
    order by code, night desc
),
known as (
    select
        p.procedure_family,
        p.receipt_month
    from core.known_procedure p
    join core.source s using (source_id)
    cross join asked_side a
    where s.side = a.side and p.state = 'known'
    group by 1, 2
),
absent as (
    select
        agency_id,
        procedure_family,
        receipt_month,
        count(*) as dossiers
    from (
        select
            c.agency_id,
            c.procedure_family,
            c.receipt_month
        from code c
        join asked using (code)
        group by c.dossier_id, 1, 2, 3
        having not bool_or(asked.is_held)
    ) found
    group by 1, 2, 3
),
portal as (
    select
        c.agency_id,
        c.procedure_family,
        c.receipt_month,
        sum(c.value) as dossiers
    from core.known_procedure_count c
    join core.source s using (source_id)
    cross join asked_side a
    where s.side = a.side
    group by 1, 2, 3
),
cell as (
    select
        o.agency_id,
        o.procedure_family,
        o.cell_month as receipt_month,
        o.provincial_listed,
        o.provincial_listed - coalesce(p.dossiers, 0) - coalesce(a.dossiers, 0) as unexplained
    from recon.cell_status o
    join known k on k.procedure_family = o.procedure_family and k.receipt_month = o.cell_month
    left join portal p
        on p.agency_id = o.agency_id and p.procedure_family = o.procedure_family and p.receipt_month = o.cell_month
    left join absent a
        on a.agency_id = o.agency_id and a.procedure_family = o.procedure_family and a.receipt_month = o.cell_month
    where o.pair = 'national_provincial' and o.to_night = 'infinity' and o.provincial_listed > 0
)
select
    c.code,
    bool_or(due.is_due) as is_due
from code c
left join asked using (code)
left join cell using (agency_id, procedure_family, receipt_month)
left join (
    select distinct dossier_id from recon.gap where to_night = 'infinity'
) gap using (dossier_id)
cross join lateral (select coalesce(asked.night <= %(night)s - %(age_days)s, true) as is_due) due
where due.is_due or gap.dossier_id is not null
group by c.code
order by
    bool_or(due.is_due) desc,
    min(case when not due.is_due then 5
        when asked.night is not null then case when asked.is_held then 4 else 3 end
        when c.is_listed_side then 1 else 2
    end),
    min(asked.night) nulls last,
    min(case when c.is_listed_side or cell.unexplained is null then 1 when cell.unexplained > 0 then 0 else 2 end),
    max(case when not c.is_listed_side then cell.unexplained / cell.provincial_listed end) desc nulls last,
    bool_and(c.moment < %(settled_before)s - interval '7 days'),
    md5(c.code || %(night)s::date::text)
