-- What the ministries add, counted in core: their dossiers that match no provincial record by code, and none, not even
-- possibly, by receipt time or in a group. What the entries say: those of the union minus those of the province alone.
with term as (
    select
        r.agency_id,
        r.procedure_family,
        r.receipt_month,
        1 as added,
        0 as entry
    from core.dossier_record r join core.source s using (source_id)
    where s.side = 'ministry' and r.to_night = 'infinity' and r.duplicate_rank = 1
        and exists (select from recon.ministry_comparison c where c.source_id = r.source_id and c.night = %(night)s)
        and not exists (
            select from core.dossier_record p join core.source o using (source_id)
            where o.side = 'provincial'
                and p.dossier_id = r.dossier_id
                and p.to_night = 'infinity'
                and p.duplicate_rank = 1
                and exists (
                    select
                    from ops.pull l
                    where l.source_id = p.source_id and l.night = %(night)s and l.state <> 'absent'
                )
        )
        and not exists (
            select from recon.verdict v
            where v.pair = 'ministry_provincial' and v.dossier_id = r.dossier_id and v.to_night = 'infinity'
                and (v.presence = 'undetermined' or v.evidence in ('receipt_time', 'counted_in_group'))
        )
    union all
    select
        agency_id,
        procedure_family,
        receipt_month,
        0,
        sign
    from archive.bridge_entries(0, %(night)s, true)
    union all
    select
        agency_id,
        procedure_family,
        receipt_month,
        0,
        -sign
    from archive.bridge_entries(0, %(night)s, false)
)
select
    count(*) filter (where added <> -entries) as unexpected,
    count(*) as total
from (
    select
        sum(added) as added,
        sum(entry) as entries
    from term group by agency_id, procedure_family, receipt_month
) cell
