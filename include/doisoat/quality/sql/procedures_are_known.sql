select count(*) filter (where p.origin is distinct from 'reference') as unexpected, count(*) as total
from core.dossier_record r left join core.procedure p using (procedure_family)
where r.to_night = 'infinity'
