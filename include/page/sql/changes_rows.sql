-- The gaps to which something happened on the night.
select
    e.dossier_id,
    e.pair,
    e.kind,
    e.event,
    e.cause,
    k.label,
    e.cause_before,
    b.label as label_before,
    e.how,
    e.other_dossier_id,
    count(*) over () as total
from mart.gap_event e
left join mart.dim_cause k using (cause)
left join mart.dim_cause b on b.cause = e.cause_before
where e.night = %(night)s
    and (%(event)s::text is null or e.event = %(event)s)
    and (%(cause)s::text is null or e.cause = %(cause)s)
order by e.event, k.place, e.dossier_id, e.pair, e.kind
limit %(most)s offset %(start)s
