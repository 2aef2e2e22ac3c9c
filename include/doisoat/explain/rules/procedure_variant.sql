select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_agg(distinct c.kind || ' ' || c.code) as basis
from unexplained f
join recon.catalogue_difference c
    on c.from_night <= %(night)s and %(night)s < c.to_night and c.catalogue = 'procedure'
    and (c.kind, c.code) in (('only_here', f.provincial_value), ('only_there', f.national_value))
join core.source s on s.source_id = c.source_id and s.side = 'national'
where f.pair = 'national_provincial' and f.kind = 'procedure'
group by 1, 2, 3, 4
