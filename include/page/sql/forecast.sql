-- Where the running month, quarter and year end, as foreseen on the night: the indicators and groups of the decision.
select
    f.source_id,
    f.group_code,
    f.measure,
    i.code,
    i.label,
    f.period_kind,
    f.period_start,
    f.period_end,
    f.ratio_least,
    f.ratio_most,
    f.ratio_if_repaired_least,
    f.ratio_if_repaired_most,
    f.end_least,
    f.end_most,
    f.end_if_repaired_least,
    f.end_if_repaired_most,
    f.max_score,
    f.points_least,
    f.points_most,
    f.points_if_repaired_least,
    f.points_if_repaired_most,
    f.earlier_months,
    f.tested,
    f.held,
    f.why_not
from mart.forecast f
left join mart.dim_indicator i on f.source_id is null and i.indicator = f.measure
where f.night = %(night)s and (f.source_id is null and i.code is not null or f.measure = '')
order by
    f.source_id nulls first,
    i.place,
    array_position('{total,CKMB,TDGQ,MDSH,CLGQ,TTTT,MDHL}', f.group_code),
    array_position('{month,quarter,year}', f.period_kind)
