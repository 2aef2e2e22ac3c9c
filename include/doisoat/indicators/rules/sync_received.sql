-- Rows that the portal counts with a receipt date in the period, out of the larger of what was reported and what the
-- portal counts. What its listing leaves open is open here: each may be one more, in numerator and denominator.
select
    r.period_kind,
    r.period_start,
    r.part,
    r.portal_rows as numerator_least,
    r.portal_rows + r.synced_undecided as numerator_most,
    d.least as denominator_least,
    d.most as denominator_most,
    recon.ratio(r.portal_rows, case when d.most is not null then greatest(d.reported_most, r.portal_rows) end)
        as ratio_least,
    recon.ratio(
        r.portal_rows + r.synced_undecided,
        case when d.most is not null then greatest(d.reported_least, r.portal_rows + r.synced_undecided) end
    ) as ratio_most,
    d.basis as denominator_basis
from rolled r
left join denominator d using (period_kind, period_start, part)
