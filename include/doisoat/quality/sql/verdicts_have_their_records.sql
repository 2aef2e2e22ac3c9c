select
    count(*) filter (
        where (v.presence <> 'provincial_only') <> (n.record_id is not null) and v.pair = 'national_provincial'
        or (v.presence <> 'national_only') <> (p.record_id is not null) and v.pair = 'national_provincial'
        or (v.ministry_record_id is not null) <> (m.record_id is not null)
        or v.pair = 'ministry_provincial' and v.presence = 'ministry_only' and m.record_id is null
    ) as unexpected,
    count(*) as total
from recon.verdict v
left join core.dossier_record n
    on n.source_id = v.national_source_id and n.record_id = v.national_record_id
    and n.to_night = 'infinity' and not n.is_removed
left join core.dossier_record p
    on p.source_id = v.provincial_source_id and p.record_id = v.provincial_record_id
    and p.to_night = 'infinity' and not p.is_removed
left join core.dossier_record m
    on m.source_id = v.ministry_source_id and m.record_id = v.ministry_record_id
    and m.to_night = 'infinity' and not m.is_removed
where v.to_night = 'infinity'
