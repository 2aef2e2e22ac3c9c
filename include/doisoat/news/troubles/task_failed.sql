-- Tasks that failed in the run that has just ended, and those of other Dags, which stay open until their own next
-- run. A source that delivered nothing is reported as such, not as a failed task.
select
    %(dag_id)s || '/' || task_id as subject,
    jsonb_build_object(
        'night', %(night)s::date, 'dag_id', %(dag_id)s::text, 'task_id', task_id, 'run_id', %(run_id)s::text
    )
        as facts
from unnest(%(failed)s::text[]) task_id
where not exists (
        select
        from ops.pull
        where night = %(night)s and source_id || '.collect' = task_id and state in ('stale', 'absent')
    )
union all
select
    subject,
    facts
from ops.news
where kind = 'task_failed' and over_night is null and facts ->> 'dag_id' is distinct from %(dag_id)s
