-- The entries of the bridge by cause: net, each way, and those that are not a gap yet.
select
    e.cause,
    k.label,
    k.blames,
    sum(e.sign)::bigint as net,
    count(*) filter (where e.sign > 0) as national_more,
    count(*) filter (where e.sign < 0) as provincial_more,
    count(distinct e.dossier_id) as dossiers,
    count(*) filter (where e.standing not in ('gap', 'settled')) as not_yet
from mart.ledger_entry e
left join mart.dim_cause k using (cause)
where e.night = %(night)s and e.pair = 'national_provincial'
group by 1, 2, 3
order by abs(sum(e.sign)) desc, count(*) desc, 1
