select
    count(*) filter (where p.origin is distinct from 'reference') as unexpected,
    count(*) as total
from core.dossier_record r join core.source s using (source_id) left join core.procedure p using (procedure_family)
where s.has_listing and r.to_night = 'infinity'
