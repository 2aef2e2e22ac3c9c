-- What the entries of the bridge are made of, as known on a night.
select entry_kind, standing, sum(sign) as entries, count(*) as rows
from recon.ledger_entry
where from_night <= %(night)s and %(night)s < to_night
group by 1, 2
order by 1, 2
