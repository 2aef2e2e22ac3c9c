-- What the repair of each cause gains in a period, for the province or an agency, as the night kept it.
select
    g.cause as label,
    g.place,
    g.to_repair,
    g.ratio_now,
    g.ratio_if_repaired,
    g.ratio_if_repaired - g.ratio_now as gain,
    g.ratio_with_all_before,
    g.points_now,
    g.points,
    g.points_with_all_before,
    g.share_of_3_3,
    g.denominator_basis
from mart.repair_gain g
where g.night = %(night)s and g.period_kind = %(kind)s and g.period_start is not distinct from %(start)s
    and g.agency_id is not distinct from %(agency)s
order by g.place
