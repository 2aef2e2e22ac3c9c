-- More pushes than dossiers: for one agency, procedure and second the portal has more rows than the province, all of
-- whose dossiers of that second are there. A generated code has a tail of five digits; without it the row may just as
-- well be the first one of a dossier whose code was overwritten before our first night. A code that the portal issued
-- itself was not sent to it. A date without a time has no second to compare.
with suspect as (
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
    where f.pair = 'national_provincial' and f.kind = 'national_only' and n.dossier_code ~ '-\d{5}$'
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
)
select
    s.pair,
    s.dossier_id,
    s.kind,
    s.detail,
    jsonb_build_object('held_as', min(t.dossier_code), 'received_at', s.received_at) as basis
from suspect s
join together g using (agency_id, procedure_family, received_at)
join core.dossier_record t
    on t.source_id = s.source_id and t.agency_id = s.agency_id
    and t.procedure_family = s.procedure_family and t.receipt_month = s.receipt_month and t.received_at = s.received_at
    and t.to_night = 'infinity' and t.duplicate_rank = 1 and t.dossier_id <> s.dossier_id
    and regexp_replace(t.dossier_code, '-\d+$', '') = regexp_replace(s.dossier_code, '-\d+$', '')
join core.dossier_record p
    on p.source_id = any(%(provincial_sources)s) and p.dossier_id = t.dossier_id
    and p.to_night = 'infinity' and p.duplicate_rank = 1
where g.national > g.provincial and g.unmatched = 0
group by s.pair, s.dossier_id, s.kind, s.detail, s.received_at
