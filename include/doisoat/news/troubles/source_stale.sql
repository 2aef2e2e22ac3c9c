-- A source that has delivered nothing for several nights in a row: its data are old by now.
select
    p.source_id as subject,
    jsonb_build_object(
        'night', p.night, 'snapshot_night', p.snapshot_night, 'nights', since.nights, 'run_id', n.run_id
    ) as facts
from ops.pull p
join ops.night n using (night)
join core.source s on s.source_id = p.source_id and s.is_enabled
cross join
    lateral (
        select count(*) as nights from ops.pull q
        where q.source_id = p.source_id and q.night <= p.night and q.night > coalesce((
                select max(well.night) from ops.pull well
                where well.source_id = p.source_id and well.night <= p.night and well.state in ('fresh', 'standing')
            ), '-infinity')
    ) since
where p.night = (select max(night) from ops.pull) and p.state in ('stale', 'absent') and since.nights >= %(stale_after)s
    and coalesce(to_jsonb(p) ->> 'reason', 'failed') <> 'outage_planned'
