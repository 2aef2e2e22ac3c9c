-- Each score gets the unit to which its own resolves: the province itself has no key. Then what is valid of the reports
-- and periods that tonight's landing does not have is added: it stays as it was last published.
update score_tonight s set agency_key = u.agency_key, agency_id = u.agency_id
from total_tonight u
where (u.period_kind, u.period_start, u.measure) = (s.period_kind, s.period_start, s.agency_key);
delete from score_tonight doubled using score_tonight kept
where (doubled.score_group, doubled.metric, doubled.period_kind, doubled.period_start, doubled.agency_key)
    = (kept.score_group, kept.metric, kept.period_kind, kept.period_start, kept.agency_key)
    and doubled.ctid < kept.ctid;
create temporary table scored_period on commit drop as
select distinct
    score_group,
    period_kind,
    period_start
from score_tonight;
analyze scored_period;
insert into score_tonight (
    source_id, score_group, metric, period_kind, period_start, agency_key, numerator, denominator, ratio, score,
    max_score, score_delta, numbers, flags, message, agency_id
)
select
    source_id,
    score_group,
    metric,
    period_kind,
    period_start,
    agency_key,
    numerator,
    denominator,
    ratio,
    score,
    max_score,
    score_delta,
    numbers,
    flags,
    message,
    agency_id
from core.published_score p
where p.source_id = %(source_id)s and p.to_night = 'infinity'
    and not exists (
        select from scored_period t
        where (t.score_group, t.period_kind, t.period_start) = (p.score_group, p.period_kind, p.period_start)
    );
drop table scored_period;
analyze score_tonight;
