-- "Repair this, gain that": largest gain first. Gains of groups alone do not add up; the cumulative gain is shown too.
select
    t.place,
    t.label,
    t.to_repair,
    now.ratio_least as ratio_now,
    a.ratio_least as ratio_if_repaired,
    a.ratio_least - now.ratio_least as gain,
    round(gain.points, 4) as points,
    i.ratio_least as ratio_with_all_before,
    round(gain.points_in_turn, 4) as points_with_all_before,
    round(recon.points(m.ratio_least, 1, %(share_full_at)s) - recon.points(m_now.ratio_least, 1, %(share_full_at)s), 4)
        as share_of_3_3,
    now.denominator_basis
from turn t
join alone now on now.part = ''
left join alone a on a.part = t.label
left join in_turn i on i.part = t.label
join alone_multiplied m_now on m_now.part = ''
left join alone_multiplied m on m.part = t.label
cross join
    lateral (
        select
            recon.points(a.ratio_least, %(points)s, %(full_at)s)
            - recon.points(now.ratio_least, %(points)s, %(full_at)s) as points,
            recon.points(i.ratio_least, %(points)s, %(full_at)s)
            - recon.points(now.ratio_least, %(points)s, %(full_at)s) as points_in_turn
    ) gain
order by t.place
