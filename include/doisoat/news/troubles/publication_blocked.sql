-- Each critical check that keeps the last judged night from being published.
select
    c.check_id as subject,
    jsonb_build_object(
        'night', n.night, 'outcome', max(c.outcome), 'unexpected', max(c.unexpected_count), 'run_id', n.run_id,
        'published_night', (select max(night) from ops.publication where withdrawn_at is null)
    ) as facts
from ops.night n
join ops.check_result c using (night)
where n.night = (select max(night) from ops.night where state in ('published', 'blocked')) and n.state = 'blocked'
    and c.severity = 'critical' and c.outcome <> 'passed'
group by c.check_id, n.night, n.run_id
