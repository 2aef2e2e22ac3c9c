-- The province holds it, and a link of the province's or of the portal's own joins the two codes, of which the portal
-- issued one and the province the other.
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('codes', jsonb_build_array(l.code, l.other_code)) as basis
from unexplained f
join witness x on x.to_night = 'infinity' and x.source_id || ':' || x.record_id = f.detail
join
    witness k
    on k.dossier_id = f.dossier_id and k.side = 'national' and k.to_night = 'infinity' and k.duplicate_rank = 1
join
    link_either_way l
    on l.link_kind = 'named' and (l.one, l.other) = (x.dossier_code, k.dossier_code)
join core.source s on s.source_id = l.source_id and s.side in ('provincial', 'national')
where f.kind = 'extra_national_row'
    and (x.dossier_code like %(portal_code_prefix)s || '%%') <> (k.dossier_code like %(portal_code_prefix)s || '%%')
    and exists (
        select from witness p
        where p.dossier_id = f.dossier_id and p.side = 'provincial' and p.to_night = 'infinity' and p.duplicate_rank = 1
    )
