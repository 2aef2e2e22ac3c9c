-- Of what ended with a result in the period, what ended on or before the due date, regardless of the hour and of
-- supplements.
select
    period_kind,
    period_start,
    part,
    resolved_early_by_date + resolved_on_time_by_date as numerator_least,
    resolved_early_by_date + resolved_on_time_by_date + resolved_undecided_by_date as numerator_most,
    resolved as denominator_least,
    resolved as denominator_most,
    recon.ratio(resolved_early_by_date + resolved_on_time_by_date, resolved) as ratio_least,
    recon.ratio(resolved_early_by_date + resolved_on_time_by_date + resolved_undecided_by_date, resolved) as ratio_most,
    case when resolved > 0 then 'counted' end as denominator_basis
from rolled
cross join lateral (
    select
        resolved_early_by_date
        + resolved_on_time_by_date
        + resolved_overdue_by_date
        + resolved_undecided_by_date as resolved
) whole
