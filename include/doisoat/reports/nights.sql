-- Every night that was opened or missed, and what of it analysts see.
select n.night, n.state, p.revision, p.published_at, c.as_of, n.collects_late
from ops.night n
left join ops.publication p on p.night = n.night and p.withdrawn_at is null
left join recon.comparison c on c.night = n.night
order by n.night
