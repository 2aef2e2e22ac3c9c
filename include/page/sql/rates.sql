-- The sync rate of one month, by every reading, and what the portal publishes for it.
select
    i.indicator,
    i.label,
    i.code,
    i.points,
    r.is_in_force,
    r.numerator_least,
    r.numerator_most,
    r.denominator_least,
    r.denominator_most,
    r.ratio_least,
    r.ratio_most,
    r.denominator_basis,
    r.points_least,
    r.points_most,
    r.is_provisional
from mart.rate_month r
join mart.dim_indicator i using (indicator)
where r.night = %(night)s and r.period_start = %(month)s and r.agency_id is null
    and r.indicator like 'sync%%'
order by i.place
