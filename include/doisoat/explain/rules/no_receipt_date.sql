-- What was only submitted (1), not accepted (3), withdrawn (7) or is waiting (5, 6) may rightly have none; unless an
-- earlier night saw it accepted.
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('status', p.status) as basis
from unexplained f
cross join
    lateral (
        select w.status from witness w
        where (w.source_id, w.record_id) = (f.provincial_source_id, f.provincial_record_id)
            and w.status in ('2', '4', '8', '9', '10')
        order by w.from_night desc limit 1
    ) p
where f.pair = 'national_provincial' and f.kind = 'provincial_only' and f.receipt_date is null
