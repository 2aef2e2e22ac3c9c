-- The entries of the bridge: which dossiers make the difference, and in which direction.
select
    e.dossier_id,
    e.entry_kind,
    e.sign,
    e.standing,
    e.agency_id,
    coalesce(a.name, e.agency_id) as agency_name,
    e.procedure_family,
    p.name as procedure_name,
    e.receipt_month,
    e.since_night,
    e.cause,
    k.label,
    count(*) over () as total
from mart.ledger_entry e
left join mart.dim_cause k using (cause)
left join mart.dim_agency a on a.agency_id = e.agency_id
left join mart.dim_procedure p using (procedure_family)
where e.night = %(night)s and e.pair = 'national_provincial'
    and (%(cause)s::text is null or e.cause is not distinct from nullif(%(cause)s, 'none'))
    and (%(sign)s::integer is null or e.sign = %(sign)s)
    and (%(month)s::date is null or e.receipt_month = %(month)s)
order by k.place, e.sign desc, e.dossier_id, e.record_id
limit %(most)s offset %(start)s
