select
    count(*) filter (where v.presence is distinct from 'matched') as unexpected,
    count(*) as total
from recon.difference d
left join recon.verdict v on v.pair = d.pair and v.dossier_id = d.dossier_id and v.to_night = 'infinity'
where d.to_night = 'infinity'
