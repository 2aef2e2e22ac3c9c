-- The indicators of a period for the province or an agency, in the order of the decision.
select
    i.indicator,
    i.code,
    i.label,
    i.formula,
    i.legal_source,
    i.points,
    i.full_at,
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
from mart.dim_indicator i
join rate_asked as r using (indicator)
where r.night = %(night)s and r.period_start is not distinct from %(start)s
    and r.agency_id is not distinct from %(agency)s
order by not r.is_in_force, i.place
