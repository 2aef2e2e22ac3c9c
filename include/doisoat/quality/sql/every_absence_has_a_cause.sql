-- Each dossier that the sides do not hold alike has one cause, and every cause is known to the policy.
select
    count(*) filter (where k.cause is null) as unexpected,
    count(*) as total
from recon.verdict v
full join (select * from recon.cause where to_night = 'infinity') c
    on (c.pair, c.dossier_id, c.kind) = (v.pair, v.dossier_id, v.presence) and v.to_night = 'infinity'
left join core.cause_rule k on k.cause = c.cause
where c.cause is not null or v.to_night = 'infinity' and v.presence <> 'matched'
