-- Repair this, gain that: what the sync rate of the year becomes if the gaps of a cause are repaired, the best first.
select
    c.label,
    g.to_repair,
    g.ratio_now,
    g.ratio_if_repaired,
    g.points,
    g.points_with_all_before
from mart.repair_gain g
join mart.dim_cause c using (cause)
where g.is_latest and g.period_kind = 'year' and g.agency_id is null
order by g.period_start, g.place;
