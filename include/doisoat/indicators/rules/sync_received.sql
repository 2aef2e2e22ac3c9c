-- Rows that the portal counts with a receipt date in the period, of the larger of what was reported and of what the portal
-- counts. What its listing leaves open is open here: each may be one more, on both sides of the stroke. What was reported to
-- the national system and did not come to us leaves the denominator unknown; where both are empty last year's is shown.
select r.period_kind, r.period_start, r.part,
    r.portal_rows as numerator_least, r.portal_rows + r.synced_undecided as numerator_most,
    d.least as denominator_least, d.most as denominator_most,
    recon.ratio(r.portal_rows, d.least) as ratio_least, recon.ratio(r.portal_rows + r.synced_undecided, d.most) as ratio_most,
    d.basis as denominator_basis
from rolled r
left join denominator d using (period_kind, period_start, part)
