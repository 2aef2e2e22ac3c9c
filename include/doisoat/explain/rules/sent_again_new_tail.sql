-- More pushes than dossiers: for one agency, procedure and second the portal has more rows than the province, all of
-- whose dossiers of that second are there. A generated code has a number of its own length (generated_digits);
-- without it the row may just as well be the first one of a dossier whose code was overwritten before our first night.
-- A code that the portal issued itself was not sent to it. A date without a time has no second to compare. One agency
-- may be written in both codes by different ids, and one day with two digits of the year or four.
-- Where a record of the province or the portal names the generated code, both rows are one dossier's, and the second
-- is an extra row.
with issuer as materialized (
    select distinct
        agency_id,
        unnest(array[agency_id, code, old_code]) as id
    from core.agency
),
same_issuer as materialized (
    select distinct
        a.id as one,
        b.id as other
    from issuer a join issuer b using (agency_id)
),
suspect as (
    select
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        n.source_id,
        n.record_id,
        n.dossier_code,
        n.agency_id,
        n.procedure_family,
        n.receipt_month,
        n.received_at
    from unexplained f
    join
        witness n
        on (n.source_id, n.record_id) = (f.national_source_id, f.national_record_id) and n.to_night = 'infinity'
    where f.pair = 'national_provincial' and f.kind = 'national_only' and n.dossier_code ~ %(generated_code)s
        and n.dossier_code not like %(portal_code_prefix)s || '%%' and n.agency_id <> 'unknown'
        and n.procedure_family <> 'unknown' and (n.received_at at time zone %(timezone)s)::time <> '00:00'
),
together as (
    select
        s.agency_id,
        s.procedure_family,
        s.received_at,
        count(*) filter (where r.source_id = any(%(national_sources)s)) as national,
        count(*) filter (where r.source_id = any(%(provincial_sources)s)) as provincial,
        count(x.dossier_id) as unmatched
    from (
        select distinct
            agency_id,
            procedure_family,
            receipt_month,
            received_at
        from suspect
    ) s
    join core.dossier_record r using (agency_id, procedure_family, receipt_month, received_at)
    left join finding x on x.pair = 'national_provincial' and x.dossier_id = r.dossier_id and x.kind = 'provincial_only'
    where r.to_night = 'infinity' and r.duplicate_rank = 1
        and r.source_id = any(%(national_sources)s::text[] || %(provincial_sources)s::text[])
    group by 1, 2, 3
),
sent_before as (
    select
        s.pair,
        s.dossier_id,
        s.kind,
        s.detail,
        s.dossier_code,
        t.dossier_code as held_as,
        s.received_at
    from suspect s
    join together g using (agency_id, procedure_family, received_at)
    join core.dossier_record t
        on t.source_id = s.source_id and t.agency_id = s.agency_id
        and t.procedure_family = s.procedure_family and t.receipt_month = s.receipt_month
        and t.received_at = s.received_at
        and t.to_night = 'infinity' and t.duplicate_rank = 1 and t.dossier_id <> s.dossier_id
    join core.dossier_record p
        on p.source_id = any(%(provincial_sources)s) and p.dossier_id = t.dossier_id
        and p.to_night = 'infinity' and p.duplicate_rank = 1
    where g.national > g.provincial and g.unmatched = 0
    union
    select
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        x.dossier_code,
        k.dossier_code,
        x.received_at
    from unexplained f
    join witness x on x.to_night = 'infinity' and x.source_id || ':' || x.record_id = f.detail
    join
        witness k
        on k.dossier_id = f.dossier_id and k.side = 'national' and k.to_night = 'infinity' and k.duplicate_rank = 1
        and k.agency_id = x.agency_id and k.procedure_family = x.procedure_family
        and k.received_at is not distinct from x.received_at
    join link_either_way l on l.link_kind = 'named' and (l.one, l.other) = (x.dossier_code, k.dossier_code)
    join core.source s on s.source_id = l.source_id and s.side in ('provincial', 'national')
    where f.pair = 'national_provincial' and f.kind = 'extra_national_row'
        and x.dossier_code not like %(portal_code_prefix)s || '%%'
        and k.dossier_code not like %(portal_code_prefix)s || '%%'
        and (x.dossier_code ~ %(generated_code)s or k.dossier_code ~ %(generated_code)s)
        and exists (
            select from witness p
            where p.dossier_id = f.dossier_id and p.side = 'provincial' and p.to_night = 'infinity'
                and p.duplicate_rank = 1
        )
)
select
    pair,
    dossier_id,
    kind,
    detail,
    jsonb_build_object('held_as', min(held_as), 'received_at', received_at) as basis
from sent_before
where right(split_part(held_as, '-', 2), 6) = right(split_part(dossier_code, '-', 2), 6)
    and (
        split_part(held_as, '-', 1) = split_part(dossier_code, '-', 1)
        or (split_part(held_as, '-', 1), split_part(dossier_code, '-', 1)) in (
            select
                one,
                other
            from same_issuer
        )
    )
group by pair, dossier_id, kind, detail, received_at
