-- What happened to a dossier's gaps, until the night.
select
    e.night,
    e.pair,
    e.kind,
    e.event,
    e.cause,
    k.label,
    e.how,
    e.other_dossier_id
from mart.gap_event e
left join mart.dim_cause k using (cause)
where e.dossier_id = any(%(codes)s) and e.night <= %(night)s
order by e.night, e.pair, e.kind
