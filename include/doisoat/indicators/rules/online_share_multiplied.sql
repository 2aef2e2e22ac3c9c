-- The online share times the sync rate, by the reading of 1.4 that is in force. Both are at least and at most what they are, so
-- is their product; unknown where the sync rate is. It rests on what the sync rate rests on.
select s.period_kind, s.period_start, s.agency_id as part, s.numerator_least, s.numerator_most, s.denominator_least,
    s.denominator_most, round(s.ratio_least * f.ratio_least, 6) as ratio_least, round(s.ratio_most * f.ratio_most, 6) as ratio_most,
    f.denominator_basis
from rate_tonight s
join core.indicator i on i.code = '1.4' and i.is_in_force
left join rate_tonight f on f.indicator = i.indicator
    and (f.period_kind, f.period_start, f.agency_id) = (s.period_kind, s.period_start, s.agency_id)
where s.indicator = 'online_share'
