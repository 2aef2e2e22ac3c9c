select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('codes', jsonb_build_array(l.other_code, l.code)) as basis
from unexplained f
join witness x on x.to_night = 'infinity' and x.source_id || ':' || x.record_id = f.detail
join
    witness k
    on k.dossier_id = f.dossier_id and k.side = 'national' and k.to_night = 'infinity' and k.duplicate_rank = 1
join
    link_either_way l
    on l.link_kind = 'renamed' and (l.one, l.other) = (x.dossier_code, k.dossier_code)
join core.source s on s.source_id = l.source_id and s.side = 'provincial'
where f.kind = 'extra_national_row'
