-- A procedure that another of the portal's catalogues has is not unknown to it. If the portal lists dossiers of it
-- anyway, of that month or a later one, its catalogue is not the reason.
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('catalogue', min(c.catalogue), 'code', min(c.code)) as basis
from unexplained f
join recon.catalogue_difference c
    on c.from_night <= %(night)s and %(night)s < c.to_night and c.kind = 'only_here'
    and (c.catalogue, c.code) in (('procedure', f.procedure_family), ('agency', f.agency_id))
join core.source s on s.source_id = c.source_id and s.side = 'national'
where f.pair = 'national_provincial' and f.kind = 'provincial_only'
    and not exists (
        select from core.catalogue_entry e
        join core.source n on n.source_id = e.source_id and n.side = 'national'
        where c.catalogue = 'procedure' and e.catalogue = 'procedure' and e.source_id <> c.source_id
            and e.from_night <= %(night)s and %(night)s < e.to_night and core.procedure_family(e.code) = c.code
    )
    and not exists (
        select from recon.cell_status t
        where t.pair = 'national_provincial'
            and t.to_night = 'infinity'
            and t.national_listed > 0
            and t.cell_month < 'infinity'
            and t.cell_month >= date_trunc('month', f.receipt_date)
            and case c.catalogue when 'procedure' then t.procedure_family else t.agency_id end = c.code
    )
group by 1, 2, 3, 4
