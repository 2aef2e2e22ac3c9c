-- Where the running month, quarter and year end, as foreseen on a night: every measure, or the indicators and
-- groups of the decision alone.
select
    f.period_kind as period,
    coalesce(f.source_id, '') as published_by,
    f.group_code as score_group,
    f.measure,
    f.ratio_least,
    f.ratio_most,
    f.end_least,
    f.end_most,
    f.end_if_repaired_least as repaired_least,
    f.end_if_repaired_most as repaired_most,
    f.max_score as maximum,
    f.points_least,
    f.points_most,
    f.points_if_repaired_least as points_repaired_least,
    f.points_if_repaired_most as points_repaired_most,
    f.earlier_months,
    f.held,
    f.tested,
    f.why_not,
    f.period_start,
    f.period_end
from mart.forecast f
left join mart.dim_indicator i on f.source_id is null and i.indicator = f.measure
where f.night = %(night)s and (%(every)s or f.source_id is null and i.code is not null or f.measure = '')
order by
    array_position('{month,quarter,year}', f.period_kind),
    f.source_id nulls first,
    i.place,
    array_position('{total,CKMB,TDGQ,MDSH,CLGQ,TTTT,MDHL}', f.group_code),
    f.measure
