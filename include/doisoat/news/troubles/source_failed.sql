-- A source that delivered nothing for the last loaded night although it should have. A held pull and a planned outage
-- are not failures.
select
    p.source_id as subject,
    jsonb_build_object('night', p.night, 'snapshot_night', p.snapshot_night, 'run_id', n.run_id) as facts
from ops.pull p
join ops.night n using (night)
join core.source s on s.source_id = p.source_id and s.is_enabled
where p.night = (select max(night) from ops.pull) and p.state in ('stale', 'absent')
    and coalesce(p.reason, 'failed') not in ('held', 'outage_planned')
