select
    count(*) filter (where greatest(r.received_at, r.finished_at, r.returned_at) > p.cut_off) as unexpected,
    count(*) as total
from core.dossier_record r join ops.pull p on p.source_id = r.source_id and p.night = %(night)s
where r.from_night = %(night)s and p.mode = 'full'
