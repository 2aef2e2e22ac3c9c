select count(*) filter (where status is null and status_code is not null) as unexpected, count(*) as total
from core.dossier_record where to_night = 'infinity'
