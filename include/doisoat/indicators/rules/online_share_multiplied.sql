-- The online share times the sync rate, by the reading of 1.4 that is in force (sync_rate). The bounds are the products
-- of the bounds; unknown if the sync rate is. Its basis is that of the sync rate.
select
    r.period_kind,
    r.period_start,
    r.part,
    r.online as numerator_least,
    r.online + r.channel_unknown as numerator_most,
    r.provincial as denominator_least,
    r.provincial as denominator_most,
    round(recon.ratio(r.online, r.provincial) * s.ratio_least, 6) as ratio_least,
    round(recon.ratio(r.online + r.channel_unknown, r.provincial) * s.ratio_most, 6) as ratio_most,
    s.denominator_basis
from rolled r
left join sync_rate s using (period_kind, period_start, part)
