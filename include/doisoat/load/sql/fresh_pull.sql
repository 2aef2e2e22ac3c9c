-- The certificate of a pull of this night. What changes do not state stays unstated if it was so before.
insert into ops.pull (
    night, source_id, state, snapshot_night, seal, mode, cut_off, is_complete, incomplete_reason, is_collected_late,
    requests, pages, received, declared_before, declared_after, watermark, unstated
)
select
    %(night)s,
    %(source_id)s,
    'fresh',
    %(night)s,
    %(seal)s,
    %(mode)s,
    %(cut_off)s,
    %(is_complete)s,
    %(incomplete_reason)s,
    %(is_collected_late)s,
    %(requests)s,
    %(pages)s,
    %(received)s,
    %(declared_before)s,
    %(declared_after)s,
    %(watermark)s,
    case when %(mode)s = 'incremental'
            then array(select field from unnest(%(unstated)s::text[]) field where field = any(last.unstated) order by 1)
        else %(unstated)s::text[]
    end
from (values (1)) one
left join lateral (
    select unstated from ops.pull
    where source_id = %(source_id)s and night < %(night)s and snapshot_night is not null
    order by night desc limit 1
) last on true;
