-- Of what ended with a result in the period, what ended on time: by timestamps, minus the time spent waiting for
-- supplements; if they were requested more than once, it is overdue. What the nights do not decide counts as overdue in
-- the lower bound and as on time in the upper.
select
    period_kind,
    period_start,
    part,
    resolved_early + resolved_on_time as numerator_least,
    resolved_early + resolved_on_time + resolved_undecided as numerator_most,
    resolved as denominator_least,
    resolved as denominator_most,
    recon.ratio(resolved_early + resolved_on_time, resolved) as ratio_least,
    recon.ratio(resolved_early + resolved_on_time + resolved_undecided, resolved) as ratio_most,
    case when resolved > 0 then 'counted' end as denominator_basis
from rolled
cross join lateral (select resolved_early + resolved_on_time + resolved_overdue + resolved_undecided as resolved) whole
