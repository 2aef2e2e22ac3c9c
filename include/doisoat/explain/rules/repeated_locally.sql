-- The same code twice, or two codes of which one record names the other's or both name one of the portal's, is the same
-- dossier twice only if it is the same application: a number may have been issued twice. Under two codes it may also be
-- the second of a batch, whose own code on the portal nobody named: not while the portal has a row of that agency,
-- procedure and moment that the province lacks.
with lone as (
    select distinct
        n.agency_id,
        n.procedure_family,
        m.moment
    from finding f
    join
        witness n
        on (n.source_id, n.record_id) = (f.national_source_id, f.national_record_id) and n.to_night = 'infinity'
    cross join lateral (values (n.received_at), (n.submitted_at)) as m (moment)
    where f.pair = 'national_provincial' and f.kind = 'national_only' and m.moment is not null
),
again as (
    select
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        k.dossier_code,
        coalesce(k.dossier_code = x.dossier_code, false) as is_same_code,
        x.agency_id,
        x.procedure_family,
        x.received_at,
        x.submitted_at
    from unexplained f
    join witness x on x.to_night = 'infinity' and x.source_id || ':' || x.record_id = f.detail
    join witness k
        on k.dossier_id = f.dossier_id and k.side = 'provincial' and k.to_night = 'infinity' and k.duplicate_rank = 1
        and k.procedure_family = x.procedure_family
        and (k.received_at is not distinct from x.received_at or k.submitted_at = x.submitted_at)
        and (k.agency_id = x.agency_id or k.dossier_code = x.dossier_code)
        and (k.dossier_code || k.linked_codes) && (x.dossier_code || x.linked_codes)
    where f.kind = 'extra_provincial_row'
),
doubtful as (
    select distinct
        a.dossier_id,
        a.detail
    from again a
    join lone l using (agency_id, procedure_family)
    where not a.is_same_code and l.moment in (a.received_at, a.submitted_at)
)
select
    a.pair,
    a.dossier_id,
    a.kind,
    a.detail,
    jsonb_build_object('code', a.dossier_code) as basis
from again a
left join doubtful d using (dossier_id, detail)
where d.dossier_id is null
