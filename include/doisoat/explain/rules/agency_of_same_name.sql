select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('name', min(n.name)) as basis
from unexplained f
join core.agency n on n.agency_id = f.national_value
join core.agency p on p.agency_id = f.provincial_value and p.name_key = n.name_key
where f.pair = 'national_provincial' and f.kind = 'agency'
group by 1, 2, 3, 4
