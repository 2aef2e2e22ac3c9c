with term as (
    select
        r.agency_id,
        r.procedure_family,
        r.receipt_month,
        case s.side when 'national' then 1 else -1 end as listed,
        0 as entry
    from core.dossier_record r join core.source s using (source_id)
    where r.to_night = 'infinity'
        and not r.is_removed
        and (s.has_listing or r.duplicate_rank > 0)
        and s.side in ('national', 'provincial')
        and exists (
            select from ops.pull p where p.source_id = r.source_id and p.night = %(night)s and p.state <> 'absent'
        )
    union all
    select
        agency_id,
        procedure_family,
        receipt_month,
        0,
        sign
    from recon.ledger_entry where to_night = 'infinity'
)
select
    count(*) filter (where listed <> entries) as unexpected,
    count(*) as total
from (
    select
        sum(listed) as listed,
        sum(entry) as entries
    from term group by agency_id, procedure_family, receipt_month
) cell
