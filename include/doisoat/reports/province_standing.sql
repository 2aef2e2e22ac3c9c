-- Where one province stands in a period, as last asked for: in all, in each group, and in each metric.
select
    group_code as score_group,
    metric,
    score,
    max_score as maximum,
    place,
    provinces,
    to_next_place,
    best_score as best,
    place_before,
    place_before - place as places_gained,
    score - score_before as points_gained,
    array_to_string(flags, ', ') as flags,
    week
from mart.province_standing
where is_latest and (period_kind, period_start) = (%(period_kind)s, %(period_start)s::date) and province_code = %(code)s
order by array_position('{total,CKMB,TDGQ,MDSH,CLGQ,TTTT,MDHL}', group_code), metric
