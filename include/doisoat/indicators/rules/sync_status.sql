-- The alternative reading: dossiers of the province whose status is the same on both sides, over the same denominator.
select
    r.period_kind,
    r.period_start,
    r.part,
    r.status_in_step as numerator_least,
    r.status_in_step + r.status_undecided + r.synced_undecided as numerator_most,
    d.least as denominator_least,
    d.most as denominator_most,
    recon.ratio(r.status_in_step, d.most) as ratio_least,
    recon.ratio(r.status_in_step + r.status_undecided + r.synced_undecided, d.least) as ratio_most,
    d.basis as denominator_basis
from rolled r
left join denominator d using (period_kind, period_start, part)
