-- The results of a night's checks, what kept a broken one from running, and who accepted what failed. Columns that do
-- not apply to a check are empty, not unknown.
with covered as (
    select
        stage,
        check_id,
        reason,
        decided_by,
        decided_in,
        decided_at
    from ops.covered_check where night = %(night)s and %(archive_id)s = 0
    union all
    select
        stage,
        check_id,
        reason,
        decided_by,
        decided_in,
        decided_at
    from ops.acceptance join ops.publication p using (night, revision)
    where night = %(night)s and p.archive_id = %(archive_id)s and %(archive_id)s > 0
),
result as (
    select
        r.*,
        a.decided_at is not null as is_accepted,
        r.observed ->> 'error' as error,
        a.decided_by as accepted_by,
        a.decided_in as accepted_in,
        to_char(a.decided_at, 'YYYY-MM-DD HH24:MI "UTC"') as accepted_at,
        a.reason
    from archive.any_check_result r
    left join covered a using (stage, check_id)
    where r.archive_id = %(archive_id)s and r.night = %(night)s
)
select
    stage,
    check_id,
    severity,
    case when is_accepted then 'accepted' else outcome end as outcome,
    unexpected_count as unexpected,
    (observed ->> 'total')::bigint as total,
    case when bool_or(error is not null) over () then coalesce(error, '') end as error,
    case when bool_or(is_accepted) over () then coalesce(accepted_by, '') end as accepted_by,
    case when bool_or(is_accepted) over () then coalesce(accepted_in, '') end as accepted_in,
    case when bool_or(is_accepted) over () then coalesce(accepted_at, '') end as accepted_at,
    case when bool_or(is_accepted) over () then coalesce(reason, '') end as reason
from result
order by stage, result.outcome = 'passed', severity, check_id
