-- Of dossiers with something to pay, those paid online. No source states which ones have something to pay: at least
-- those paid or asked to pay, at most every dossier received. If certainly none was paid, it is 0 of whatever there is.
select
    period_kind,
    period_start,
    part,
    paid_online as numerator_least,
    paid_online + payment_unsaid + payment_disputed as numerator_most,
    paid_online + payment_asked as denominator_least,
    provincial as denominator_most,
    recon.ratio(paid_online, provincial) as ratio_least,
    coalesce(
        recon.ratio(
            paid_online + payment_unsaid + payment_disputed,
            paid_online + payment_unsaid + payment_disputed + payment_asked
        ),
        recon.ratio(paid_online, provincial)
    ) as ratio_most,
    case when provincial > 0 then 'counted' end as denominator_basis
from rolled
