-- How the checks of a night came out.
select stage, check_id, severity, outcome, unexpected_count as unexpected, (observed ->> 'total')::bigint as total
from ops.check_result
where night = %(night)s
order by stage, outcome = 'passed', severity, check_id
