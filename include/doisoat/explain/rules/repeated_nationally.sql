-- The same code twice is the same dossier twice only if it is the same application: a number may have been issued
-- twice.
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('code', x.dossier_code) as basis
from unexplained f
join witness x on x.to_night = 'infinity' and x.source_id || ':' || x.record_id = f.detail
join witness k
    on k.dossier_id = f.dossier_id and k.side = 'national' and k.to_night = 'infinity' and k.duplicate_rank = 1
    and k.dossier_code = x.dossier_code and k.procedure_family = x.procedure_family
    and k.received_at is not distinct from x.received_at
where f.kind = 'extra_national_row'
