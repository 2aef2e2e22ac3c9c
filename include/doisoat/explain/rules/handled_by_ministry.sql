-- The ministry's record has the code or is linked to it; or the comparison with the ministry recognised it by the
-- second of receipt, and no record of the province ever had its code. If the province holds the ministry's dossier,
-- under any code, it is not the ministry's system that left it out.
with held_by_ministry as (
    select
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        f.dossier_id as ministry_dossier_id,
        f.ministry_source_id as system,
        'listed' as recognised_by
    from unexplained f
    where f.pair = 'national_provincial' and f.kind = 'national_only' and f.ministry_source_id is not null
    union all
    select
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        v.dossier_id,
        v.ministry_source_id,
        v.evidence
    from unexplained f
    join recon.verdict v
        on v.pair = 'ministry_national' and v.to_night = 'infinity' and v.presence = 'matched'
        and v.evidence = 'receipt_time' and v.national_source_id = f.national_source_id
        and v.national_record_id = f.national_record_id
    where f.pair = 'national_provincial' and f.kind = 'national_only'
        and not exists (select from witness w where w.dossier_id = f.dossier_id and w.side = 'provincial')
)
select
    h.pair,
    h.dossier_id,
    h.kind,
    h.detail,
    jsonb_build_object('system', h.system, 'recognised_by', h.recognised_by) as basis
from held_by_ministry h
where not exists (
        select from recon.verdict p
        where p.pair = 'ministry_provincial' and p.dossier_id = h.ministry_dossier_id and p.to_night = 'infinity'
            and p.presence = 'matched' and p.evidence <> 'listed'
    ) and not exists (
        select from core.dossier_record p
        where p.dossier_id = h.ministry_dossier_id
            and p.source_id = any(%(provincial_sources)s)
            and p.to_night = 'infinity'
            and p.duplicate_rank = 1
    )
