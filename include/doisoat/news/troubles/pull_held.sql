-- A source whose pull for the last loaded night would have changed too much: it is held until somebody decides.
select
    p.source_id as subject,
    jsonb_build_object('night', p.night, 'snapshot_night', p.snapshot_night, 'run_id', n.run_id) as facts
from ops.pull p
join ops.night n using (night)
join core.source s on s.source_id = p.source_id and s.is_enabled
where p.night = (select max(night) from ops.pull) and to_jsonb(p) ->> 'reason' = 'held'
