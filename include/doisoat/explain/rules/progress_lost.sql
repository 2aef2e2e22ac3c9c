-- The order of statuses: 1 submitted, 2 accepted, 4 in process, 5 and 6 waiting, then an end (3, 7, 8, 9); 10
-- (returned) only after 9.
with step (status, place) as (
    values
    ('1', 1), ('2', 2), ('4', 3), ('5', 4), ('6', 4), ('3', 5), ('7', 5), ('8', 5), ('9', 5), ('10', 6)
)
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('national', coalesce(f.national_value, r.status), 'provincial', f.provincial_value) as basis
from unexplained f
join witness r on (r.source_id, r.record_id) = (f.national_source_id, f.national_record_id) and r.to_night = 'infinity'
left join step n on n.status = r.status
left join step p on p.status = f.provincial_value
where f.pair = 'national_provincial' and r.status not in ('3', '7', '8')
    and (
        f.kind = 'status' and n.place < p.place
        or f.kind = 'finish_date'
        and r.status not in ('9', '10')
        and f.national_value is null
        and f.provincial_value is not null
    )
