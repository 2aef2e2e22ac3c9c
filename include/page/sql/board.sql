-- What the portal publishes of decision 766 for a period, of the province (agency null) or of one unit, as published;
-- beside it what each score follows from, where that is known, and our own ratio.
select
    s.source_id,
    d.source_name,
    s.score_group,
    coalesce(s.group_code, s.score_group) as group_code,
    s.metric,
    s.numerator,
    s.denominator,
    s.ratio,
    s.score,
    s.max_score,
    s.score_delta,
    s.numbers,
    s.flags,
    s.message,
    s.since_night,
    s.formula,
    s.recomputed,
    s.difference,
    s.our_indicator,
    s.our_ratio_least,
    s.our_ratio_most
from mart.portal_score s
join mart.dim_source d using (source_id)
where s.night = %(night)s and s.period_kind = %(period_kind)s and s.period_start = %(period_start)s
    and s.agency_id is not distinct from %(agency)s
order by
    s.source_id,
    array_position('{CKMB,TDGQ,MDSH,CLGQ,TTTT,MDHL}', s.group_code),
    s.score_group,
    s.metric <> '',
    array_position(
        '{PUBLISH_ON_TIME,PUBLIC_UPDATE_ON_TIME,PUBLIC_CONTENT_FULL,DOSSIER_SYNC,ORIGINAL_RESULT_AVAILABLE}', s.metric
    ),
    s.metric
