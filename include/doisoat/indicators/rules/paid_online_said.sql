-- Of the dossiers for which a side states whether they were paid online, those that were; if the sides disagree it is
-- left open.
select
    period_kind,
    period_start,
    part,
    paid_online as numerator_least,
    paid_online + payment_disputed as numerator_most,
    provincial - payment_unsaid as denominator_least,
    provincial - payment_unsaid as denominator_most,
    recon.ratio(paid_online, provincial - payment_unsaid) as ratio_least,
    recon.ratio(paid_online + payment_disputed, provincial - payment_unsaid) as ratio_most,
    case when provincial > payment_unsaid then 'counted' end as denominator_basis
from rolled
