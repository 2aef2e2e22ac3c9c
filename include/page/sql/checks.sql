-- The checks of a night, those that did not pass first.
select
    stage,
    check_id,
    severity,
    outcome,
    unexpected_count,
    total,
    accepted_reason
from mart.check_result
where night = %(night)s
order by outcome = 'passed', severity, stage, check_id
