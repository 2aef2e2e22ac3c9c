-- The night that had to be published by now, or a later one already reported late, is not published, nor is any after
-- it. A warehouse that never had a night misses none.
select
    'publication' as subject,
    jsonb_build_object(
        'night', d.due, 'state', coalesce(n.state, 'never opened'), 'run_id', n.run_id,
        'published_night', (select max(night) from ops.publication where withdrawn_at is null)
    ) as facts
from (
    select greatest(%(due)s::date, (
        select (facts ->> 'night')::date from ops.news where kind = 'deadline_missed' and over_night is null
    )) as due
) d
left join ops.night n on n.night = d.due
where d.due is not null and exists (select from ops.night)
    and not exists (select from ops.publication where night >= d.due and withdrawn_at is null)
