-- The indicators of periods of a kind that are in force, by agency with all below it (one of them, if it is named).
-- The province as a whole is ''.
select
    r.agency_id as of_agency,
    r.period_start,
    i.indicator,
    i.code,
    i.label,
    r.numerator_least,
    r.numerator_most,
    r.denominator_least,
    r.denominator_most,
    r.ratio_least,
    r.ratio_most,
    recon.points(r.ratio_least, i.points, i.full_at) as points_least,
    recon.points(r.ratio_most, i.points, i.full_at) as points_most,
    i.points as points_full
from archive.any_rate r
join core.indicator i using (indicator)
where r.archive_id = %(archive_id)s
    and r.from_night <= %(night)s
    and %(night)s < r.to_night
    and r.period_kind = %(period_kind)s
    and r.period_start = any(%(period_starts)s::date[])
    and (%(agency)s::text is null or r.agency_id = %(agency)s)
    and i.is_in_force
order by r.agency_id, r.period_start, i.place
