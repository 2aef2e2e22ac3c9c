-- No pull of this night was loaded for the source: its last good snapshot is used, with the reason and its night.
delete from ops.pull where night = %(night)s and source_id = %(source_id)s;
insert into ops.pull (
    night, source_id, state, reason, reason_detail, snapshot_night, seal, mode, cut_off, is_complete,
    incomplete_reason, is_collected_late, requests, pages, received, declared_before, declared_after, watermark,
    unstated
)
select
    %(night)s,
    %(source_id)s,
    case when last.snapshot_night is null then 'absent' when why.is_standing then 'standing' else 'stale' end,
    why.reason,
    why.detail,
    last.snapshot_night,
    last.seal,
    last.mode,
    last.cut_off,
    last.is_complete,
    last.incomplete_reason,
    last.is_collected_late,
    last.requests,
    last.pages,
    last.received,
    last.declared_before,
    last.declared_after,
    last.watermark,
    coalesce(last.unstated, '{}')
from (values (1)) one
left join lateral (
    select * from ops.pull
    where source_id = %(source_id)s and night < %(night)s and snapshot_night is not null
    order by night desc limit 1
) last on true
left join ops.pull_failure f on f.night = %(night)s and f.source_id = %(source_id)s
cross join lateral (
    select *
    from (
        values
        (1, %(planned)s::text is not null, true, 'outage_planned', %(planned)s),
        (2, %(left_out)s::text is not null, false, %(left_out)s, %(details)s),
        (3, f.error is not null, false, 'failed', f.error || ': ' || f.came),
        (4, %(night)s::date - last.snapshot_night < %(days)s, true, 'nothing_new', null),
        (5, true, false, 'not_collected', null)
    ) reason (place, holds, is_standing, reason, detail)
    where holds order by place limit 1
) why;
