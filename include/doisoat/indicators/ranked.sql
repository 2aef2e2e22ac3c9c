-- "Repair this, gain that": most first. Gains alone do not add up; what all that comes before gains together is beside.
select t.place, t.label, t.gaps, now.ratio_least as ratio_now, a.ratio_least as ratio_if_repaired,
    a.ratio_least - now.ratio_least as gain, round(%(points)s * (a.ratio_least - now.ratio_least), 4) as points,
    i.ratio_least as ratio_with_all_before, round(%(points)s * (i.ratio_least - now.ratio_least), 4) as points_with_all_before,
    now.denominator_basis
from turn t
join alone now on now.part = ''
left join alone a on a.part = t.label
left join in_turn i on i.part = t.label
order by t.place
