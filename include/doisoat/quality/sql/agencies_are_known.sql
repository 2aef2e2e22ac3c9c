select count(*) filter (where agency_id = 'unknown') as unexpected, count(*) as total
from core.dossier_record where to_night = 'infinity'
