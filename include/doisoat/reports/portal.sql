-- What the portal publishes of decision 766 for a period, as known on a night: for the province, one unit, or each.
-- Beside each score what it follows from, where that is known, and the ratio by our own data, with what separates the
-- two: by how many numerator and denominator are apart, and what is known to differ whatever the counts are.
with shown as (
    select * from core.explained_score s
    where s.from_night <= %(night)s and %(night)s < s.to_night
        and (s.period_kind, s.period_start) = (%(period_kind)s, %(period_start)s::date)
        and (%(every_unit)s or coalesce(s.agency_id, '') = coalesce(%(agency)s, ''))
),
computed as (
    select
        s.*,
        case s.rule when 'sum' then sum(s.score) filter (where s.metric <> '') over of_group else s.recomputed end
            as follows
    from shown s
    window of_group as (partition by s.source_id, s.score_group, s.agency_id)
)
select
    c.agency_id as unit,
    coalesce(c.group_code, c.score_group) as score_group,
    c.metric,
    c.numerator,
    c.denominator,
    c.ratio,
    c.score,
    c.max_score as maximum,
    round(c.follows, 2) as recomputed,
    round(c.score - c.follows, 2) as difference,
    coalesce(c.formula, 'no formula is known') as formula,
    c.our_indicator as ours,
    r.ratio_least as our_ratio_least,
    r.ratio_most as our_ratio_most,
    c.compared_numerator - r.numerator_most as numerator_apart_least,
    c.compared_numerator - r.numerator_least as numerator_apart_most,
    c.compared_denominator - r.denominator_most as denominator_apart_least,
    c.compared_denominator - r.denominator_least as denominator_apart_most,
    c.differs_in,
    array_to_string(c.flags, ', ') as flags,
    c.message,
    c.numbers::text as numbers,
    c.source_id as source,
    c.from_night as since
from computed c
left join archive.any_rate r
    on r.archive_id = %(archive_id)s and r.from_night <= %(night)s and %(night)s < r.to_night
    and r.indicator = c.our_indicator
    and (r.period_kind, r.period_start) = (c.period_kind, c.period_start)
    and r.agency_id = coalesce(c.agency_id, '')
order by
    c.agency_id nulls first,
    array_position('{CKMB,TDGQ,MDSH,CLGQ,TTTT,MDHL}', c.group_code),
    c.score_group,
    c.metric <> '',
    array_position(
        '{PUBLISH_ON_TIME,PUBLIC_UPDATE_ON_TIME,PUBLIC_CONTENT_FULL,DOSSIER_SYNC,ORIGINAL_RESULT_AVAILABLE}', c.metric
    ),
    c.metric
