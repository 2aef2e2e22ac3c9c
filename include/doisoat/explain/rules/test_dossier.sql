select distinct
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('code', w.dossier_code) as basis
from unexplained f
join witness w using (dossier_id)
where f.kind in ('national_only', 'provincial_only', 'extra_national_row', 'extra_provincial_row')
    and w.to_night = 'infinity' and w.dossier_code ~ %(test_code_pattern)s
