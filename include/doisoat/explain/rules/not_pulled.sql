-- What the portal only knows as submitted (1) nobody took in, whatever date it shows as that of receipt: some listings
-- repeat the submission there. A code that two records refer to merges with neither: it was pulled. So, perhaps, was
-- one for which the province has a record of its own of that moment that nothing is matched with. What a ministry's
-- system handles is not for the province to pull.
with suspect as (
    select
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        n.dossier_code,
        n.status,
        n.agency_id,
        n.procedure_family,
        n.submitted_at,
        n.received_at
    from unexplained f
    join
        witness n
        on (n.source_id, n.record_id) = (f.national_source_id, f.national_record_id) and n.to_night = 'infinity'
    where f.pair = 'national_provincial' and f.kind = 'national_only'
        and n.dossier_code like %(portal_code_prefix)s || '%%'
        and (n.status = '1' or n.received_at is null and n.status is null and n.status_code is null)
        and not exists (
            select from core.identity_link l
            where l.other_code = n.dossier_code and l.source_id = any(%(provincial_sources)s)
        )
        and not exists (
            select from core.source s
            where s.side = 'ministry' and s.is_enabled and n.procedure_family = any(s.procedure_families)
        )
),
lone as (
    select
        w.agency_id,
        w.procedure_family,
        w.submitted_at,
        w.received_at
    from finding f
    join
        witness w
        on (w.source_id, w.record_id) = (f.provincial_source_id, f.provincial_record_id) and w.to_night = 'infinity'
    where f.pair = 'national_provincial' and f.kind = 'provincial_only' and w.linked_codes = '{}'
),
twin as (
    select distinct s.dossier_id
    from suspect s
    join lone l using (agency_id, procedure_family)
    where (l.submitted_at in (s.submitted_at, s.received_at) or l.received_at in (s.submitted_at, s.received_at))
        and (coalesce(s.submitted_at, s.received_at) at time zone %(timezone)s)::time <> '00:00'
)
select
    s.pair,
    s.dossier_id,
    s.kind,
    s.detail,
    jsonb_build_object('code', s.dossier_code, 'status', s.status) as basis
from suspect s
left join twin t using (dossier_id)
where t.dossier_id is null
