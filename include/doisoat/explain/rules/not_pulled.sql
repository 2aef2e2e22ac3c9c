-- A code that two records refer to merges with neither: it was pulled. What a ministry's system handles is not for the
-- province to pull.
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('code', n.dossier_code, 'status', n.status) as basis
from unexplained f
join witness n on (n.source_id, n.record_id) = (f.national_source_id, f.national_record_id) and n.to_night = 'infinity'
where f.pair = 'national_provincial' and f.kind = 'national_only'
    and n.dossier_code like %(portal_code_prefix)s || '%%' and n.received_at is null
    and (n.status = '1' or n.status is null and n.status_code is null)
    and not exists (
        select from core.identity_link l
        where l.other_code = n.dossier_code and l.source_id = any(%(provincial_sources)s)
    )
    and not exists (
        select from core.source s
        where s.side = 'ministry' and s.is_enabled and n.procedure_family = any(s.procedure_families)
    )
