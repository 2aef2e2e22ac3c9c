select count(*) filter (where channel is null and channel_code is not null) as unexpected, count(*) as total
from core.dossier_record where to_night = 'infinity'
