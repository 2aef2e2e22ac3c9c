-- The same for dossiers whose handling ended with a result. One of unknown status may be one more, digitised or not.
select
    period_kind,
    period_start,
    part,
    with_result_digitised as numerator_least,
    with_result_digitised + with_result_undecided + result_unknown as numerator_most,
    with_result as denominator_least,
    with_result + result_unknown as denominator_most,
    recon.ratio(with_result_digitised, with_result + result_unknown) as ratio_least,
    recon.ratio(with_result_digitised + with_result_undecided + result_unknown, with_result + result_unknown)
        as ratio_most,
    case when with_result + result_unknown > 0 then 'counted' end as denominator_basis
from rolled
