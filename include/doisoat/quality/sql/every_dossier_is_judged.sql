-- The rows of each side, counted in core, compared with the results about them.
with side as (
    select
        s.side,
        count(*) as rows
    from core.dossier_record r join core.source s using (source_id)
    where r.to_night = 'infinity' and not r.is_removed and (s.has_listing or r.duplicate_rank > 0)
        and exists (
            select from ops.pull p where p.source_id = r.source_id and p.night = %(night)s and p.state <> 'absent'
        )
    group by 1
),
matched as (select sum(matched) as dossiers from recon.cell_status where to_night = 'infinity'),
entry as (
    select
        case sign when 1 then 'national' else 'provincial' end as side,
        count(*) as rows
    from recon.ledger_entry
    where pair = 'national_provincial' and to_night = 'infinity' and entry_kind <> 'moved' group by 1
)
select
    count(*) filter (
        where coalesce(side.rows, 0) <> coalesce(matched.dossiers, 0) + coalesce(entry.rows, 0)
    ) as unexpected,
    count(*) as total
from (values ('national'), ('provincial')) named (side)
cross join matched
left join side using (side)
left join entry using (side)
