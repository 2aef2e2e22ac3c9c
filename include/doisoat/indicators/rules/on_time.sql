-- Of what ended with a result in the period, what ended in time: by moments, less the time in which supplements were
-- awaited; asked for more than once is overdue. What the nights do not decide counts at worst as overdue and at best as
-- in time.
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
