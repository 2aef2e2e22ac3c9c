-- What the portal publishes of decision 766, beside it how its points follow from its counts where that is known, and
-- ours. The portal's score is what counts: a recomputation explains it, and replaces nothing.
create view mart.dim_portal_metric as
select
    score_group,
    group_code,
    metric,
    rule,
    full_at,
    if_none,
    formula,
    our_readings::text[] as our_readings,
    c.counted as compared_numerator,
    c.whole as compared_denominator,
    c.differs_in
from (
    values
    ('transparency', 'CKMB', '', 'sum', null, null, 'the sum of its metrics', null),
    ('transparency', 'CKMB', 'PUBLISH_ON_TIME', 'ratio', 1.0, null, 'maximum x ratio', null),
    ('transparency', 'CKMB', 'PUBLIC_UPDATE_ON_TIME', 'ratio', 1.0, null, 'maximum x ratio', null),
    ('transparency', 'CKMB', 'PUBLIC_CONTENT_FULL', 'ratio', 1.0, null, 'maximum x ratio', null),
    ('transparency', 'CKMB', 'DOSSIER_SYNC', 'ratio', 1.0, null, 'maximum x ratio', '{sync_received,sync_status}'),
    (
        'dvc-progress-tree',
        'TDGQ',
        '',
        'progress',
        null,
        null,
        'maximum x totalOnTime / totalReceived',
        '{on_time,on_time_by_date}'
    ),
    ('dossier-digitized', 'MDSH', '', 'sum', null, null, 'the sum of its metrics', null),
    ('dossier-digitized', 'MDSH', 'ORIGINAL_RESULT_AVAILABLE', 'ratio', 1.0, null, 'maximum x ratio', null),
    (
        'dossier-digitized',
        'MDSH',
        'SO_HOA_GIAY_TO_GIAI_QUYET',
        'ratio',
        1.0,
        null,
        'maximum x ratio',
        '{digitised_received,digitised_with_result}'
    ),
    ('dossier-digitized', 'MDSH', 'ELECTRONIC_CERTIFIED_COPY', 'ratio', 1.0, null, 'maximum x ratio', null),
    (
        'dossier-digitized',
        'MDSH',
        'REUSED_DIGITIZED_DATA',
        'ratio',
        0.8,
        null,
        'maximum x ratio, all from 80 % on',
        null
    ),
    ('dossier-digitized', 'MDSH', 'SYNCED_WITH_DVCQG_PERSONAL_STORAGE', 'ratio', 1.0, null, 'maximum x ratio', null),
    ('dossier-digitized', 'MDSH', 'CITIZEN_DATA_CONNECTED_DOSSIER', 'ratio', 1.0, null, 'maximum x ratio', null),
    ('dossier-digitized', 'MDSH', 'CITIZEN_DATA_CONNECTED_FORMALITY', 'ratio', 1.0, null, 'maximum x ratio', null),
    ('provide-online-tree', 'CLGQ', '', null, null, null, null, '{online_share}'),
    (
        'formality-online-payment-tree',
        'TTTT',
        '',
        'payment',
        null,
        null,
        '6 x OnlinePaymentSuccess / FinancialObligation + min(2; 2.5 x OnlineFormalityPaymentSuccess / FeeFormality) '
        '+ 2.5 x FeeDossierFormality / FeeFormality',
        '{paid_online_due,paid_online_received,paid_online_said}'
    ),
    ('handling-satisfaction', 'MDHL', '', 'sum', null, null, 'the sum of its metrics', null),
    (
        'handling-satisfaction',
        'MDHL',
        'DOSSIER_RECEIVING_SATISFACTION',
        'ratio',
        0.9,
        0,
        'maximum x ratio, all from 90 % on; 0 where nobody was asked',
        null
    ),
    (
        'handling-satisfaction', 'MDHL', 'PETITION_PROCESSING_ON_TIME', 'ratio', 1.0, 1,
        'maximum x ratio; all where there are none', null
    ),
    (
        'handling-satisfaction', 'MDHL', 'PETITION_HANDLING_SATISFACTION', 'ratio', 1.0, 1,
        'maximum x ratio; all where there are none', null
    )
) facts (score_group, group_code, metric, rule, full_at, if_none, formula, our_readings)
left join (
    values
    (
        'transparency',
        'DOSSIER_SYNC',
        'numerator',
        'denominator',
        'a flagged denominator is provisional; `doisoat walk` goes from the one to the other, item by item'
    ),
    (
        'dvc-progress-tree',
        '',
        'totalOnTime',
        'totalReceived',
        'the portal divides by what it counts as received, ours by what ended with a result in the period'
    ),
    (
        'dossier-digitized',
        'SO_HOA_GIAY_TO_GIAI_QUYET',
        'numerator',
        'denominator',
        'the portal asks for an electronic result too, which no source of ours tells'
    ),
    (
        'provide-online-tree',
        '',
        'channelOnlineSum',
        'channelTotalSum',
        'the portal''s sums by channel, of the province alone; its points follow from them by no known formula'
    ),
    (
        'formality-online-payment-tree',
        '',
        'totalDossierOnlinePaymentSuccess',
        'totalDossierFinancialObligation',
        'the portal knows from fees which dossiers have something to pay; no source of ours tells'
    )
) c (score_group, metric, counted, whole, differs_in) using (score_group, metric);
comment on view mart.dim_portal_metric is 'How the portal''s points follow from its counts, as found by recomputing what it published for one province in August 2026; a metric that is not here has no known formula. Grain: group, metric.';
comment on column mart.dim_portal_metric.score_group is 'The report of the portal that publishes it.';
comment on column mart.dim_portal_metric.group_code is 'The group of decision 766: CKMB, TDGQ, MDSH, CLGQ, TTTT or MDHL.';
comment on column mart.dim_portal_metric.metric is 'The metric''s own code; empty for the group as a whole.';
comment on column mart.dim_portal_metric.rule is 'Which rule computes it: ratio, progress, payment or sum; null if no formula is known.';
comment on column mart.dim_portal_metric.full_at is 'The ratio from which all points are given; below it, in proportion.';
comment on column mart.dim_portal_metric.if_none is 'Which part of the points is given where there is nothing to divide by; null if none is stated.';
comment on column mart.dim_portal_metric.formula is 'The formula in words; null if it is not known.';
comment on column mart.dim_portal_metric.compared_numerator is 'Which of the portal''s numbers our numerator is compared with; null if we count nothing like it.';
comment on column mart.dim_portal_metric.compared_denominator is 'Which of the portal''s numbers our denominator is compared with.';
comment on column mart.dim_portal_metric.differs_in is 'What is known to separate the two, whatever the counts are; what separates the counts is in mart.portal_score.';
comment on column mart.dim_portal_metric.our_readings is 'The indicators of ours that count the like, in their several readings; what they count may differ (mart.dim_indicator).';

drop view if exists core.explained_score;
create view core.explained_score as
select
    s.source_id,
    s.score_group,
    coalesce(d.group_code, g.group_code) as group_code,
    s.metric,
    s.period_kind,
    s.period_start,
    s.agency_id,
    s.from_night,
    s.to_night,
    s.numerator,
    s.denominator,
    s.ratio,
    s.score,
    s.max_score,
    s.score_delta,
    s.numbers,
    s.flags,
    s.message,
    d.rule,
    d.formula,
    case d.rule
        when 'ratio'
            then s.max_score * case
                    when s.denominator > 0 then least(1, s.numerator / s.denominator / d.full_at)
                    when s.denominator = 0 then d.if_none
                    else least(1, s.ratio / 100 / d.full_at)
                end
        when 'progress'
            then s.max_score * (s.numbers ->> 'totalOnTime')::numeric
                / nullif((s.numbers ->> 'totalReceived')::numeric, 0)
        when 'payment' then 6 * (s.numbers ->> 'totalDossierOnlinePaymentSuccess')::numeric
            / nullif((s.numbers ->> 'totalDossierFinancialObligation')::numeric, 0)
            + least(
                2,
                2.5 * (s.numbers ->> 'totalDossierOnlineFormalityPaymentSuccess')::numeric
                / nullif((s.numbers ->> 'totalFeeFormality')::numeric, 0)
            )
            + 2.5 * (s.numbers ->> 'totalFeeDossierFormality')::numeric
            / nullif((s.numbers ->> 'totalFeeFormality')::numeric, 0)
    end as recomputed,
    i.indicator as our_indicator,
    case d.compared_numerator when 'numerator' then s.numerator
        else (s.numbers ->> d.compared_numerator)::numeric
    end as compared_numerator,
    case d.compared_denominator when 'denominator' then s.denominator
        else (s.numbers ->> d.compared_denominator)::numeric
    end as compared_denominator,
    d.differs_in
from core.published_score s
left join mart.dim_portal_metric d using (score_group, metric)
left join core.indicator i on i.is_in_force and i.indicator = any(d.our_readings)  -- one of the readings is
left join mart.dim_portal_metric g on g.score_group = s.score_group and g.metric = '';
comment on view core.explained_score is 'core.published_score with what the points follow from, where that is known; of a sum, see mart.portal_score.';

create view mart.portal_score as
select
    n.night,
    n.is_latest,
    s.source_id,
    s.score_group,
    s.group_code,
    s.metric,
    s.period_kind,
    s.period_start,
    s.agency_id,
    s.numerator,
    s.denominator,
    s.ratio,
    s.score,
    s.max_score,
    s.score_delta,
    s.numbers,
    s.flags,
    s.message,
    s.from_night as since_night,
    s.formula,
    round(case s.rule when 'sum' then sum(s.score) filter (where s.metric <> '') over of_group else s.recomputed end, 2)
        as recomputed,
    round(
        s.score
        - case s.rule when 'sum' then sum(s.score) filter (where s.metric <> '') over of_group else s.recomputed end,
        2
    ) as difference,
    s.our_indicator,
    r.ratio_least as our_ratio_least,
    r.ratio_most as our_ratio_most,
    r.numerator_least as our_numerator_least,
    r.numerator_most as our_numerator_most,
    r.denominator_least as our_denominator_least,
    r.denominator_most as our_denominator_most,
    s.compared_numerator - r.numerator_most as numerator_apart_least,
    s.compared_numerator - r.numerator_least as numerator_apart_most,
    s.compared_denominator - r.denominator_most as denominator_apart_least,
    s.compared_denominator - r.denominator_least as denominator_apart_most,
    s.differs_in
from mart.night_revision n
join core.explained_score s on s.from_night <= n.night and n.night < s.to_night
left join archive.any_rate r
    on r.archive_id = n.archive_id and r.from_night <= n.night and n.night < r.to_night
    and r.indicator = s.our_indicator
    and (r.period_kind, r.period_start) = (s.period_kind, s.period_start)
    and r.agency_id = coalesce(s.agency_id, '')
where n.is_standing and s.agency_id is distinct from 'unknown'
window of_group as (partition by n.night, s.source_id, s.score_group, s.period_kind, s.period_start, s.agency_id);
comment on view mart.portal_score is 'The scores of decision 766 as the portal publishes them, next to what they follow from and to ours. Grain: night, source, period, agency, group, metric (empty: the group).';
comment on column mart.portal_score.night is 'The published night.';
comment on column mart.portal_score.is_latest is 'True for the night to read by default.';
comment on column mart.portal_score.source_id is 'The source that publishes it.';
comment on column mart.portal_score.score_group is 'The report of the portal that publishes it.';
comment on column mart.portal_score.group_code is 'The group of decision 766; null for a report that is not one of the six.';
comment on column mart.portal_score.metric is 'The metric''s own code; empty for the group as a whole.';
comment on column mart.portal_score.period_kind is 'month, quarter or year.';
comment on column mart.portal_score.period_start is 'First day of the period.';
comment on column mart.portal_score.agency_id is 'The unit; null for the province.';
comment on column mart.portal_score.numerator is 'As published; null where none is, which is not 0.';
comment on column mart.portal_score.denominator is 'As published; null where none is.';
comment on column mart.portal_score.ratio is 'In percent, as published; null where none is (0 of 0).';
comment on column mart.portal_score.score is 'The points, as published: they count, whatever follows.';
comment on column mart.portal_score.max_score is 'The points that it can give, as published.';
comment on column mart.portal_score.score_delta is 'The change that the portal states, as published.';
comment on column mart.portal_score.numbers is 'What the group states besides, under the portal''s own names.';
comment on column mart.portal_score.flags is 'The portal''s own data-quality flags: a provisional denominator makes 100 %.';
comment on column mart.portal_score.message is 'What the portal says about them.';
comment on column mart.portal_score.since_night is 'Since which night it has been published so.';
comment on column mart.portal_score.formula is 'What the points follow from, in words; null if it is not known.';
comment on column mart.portal_score.recomputed is 'The points by that formula, from the published counts; null if it is not known or a count is missing.';
comment on column mart.portal_score.difference is 'The published points less the recomputed ones.';
comment on column mart.portal_score.our_indicator is 'The indicator of ours that counts the like, in the reading in force; what it counts may differ.';
comment on column mart.portal_score.our_ratio_least is 'Its ratio by our own data, lower bound; in [0, 1].';
comment on column mart.portal_score.our_ratio_most is 'Its ratio by our own data, upper bound.';
comment on column mart.portal_score.our_numerator_least is 'What counts by our own data, at least.';
comment on column mart.portal_score.our_numerator_most is 'What counts by our own data, at most.';
comment on column mart.portal_score.our_denominator_least is 'Of how many by our own data, at least; null where that is not known, as where a report has not come to us.';
comment on column mart.portal_score.our_denominator_most is 'Of how many by our own data, at most.';
comment on column mart.portal_score.numerator_apart_least is 'How many more the portal counts (mart.dim_portal_metric says which of its numbers) than we, at least; negative if fewer.';
comment on column mart.portal_score.numerator_apart_most is 'The same, at most.';
comment on column mart.portal_score.denominator_apart_least is 'How many more the portal divides by than we, at least; negative if fewer.';
comment on column mart.portal_score.denominator_apart_most is 'The same, at most.';
comment on column mart.portal_score.differs_in is 'What is known to separate the two, whatever the counts are.';

create view mart.portal_received as
select
    n.night,
    n.is_latest,
    c.source_id,
    c.period_kind,
    c.period_start,
    c.agency_id,
    max(c.value) filter (where c.measure = 'totalReceived') as total_received,
    max(c.value) filter (where c.measure = 'channelTotalSum') as channel_total,
    max(c.value) filter (where c.measure = 'channelOnlineSum') as channel_online,
    max(c.value) filter (where c.measure = 'channelDirectSum') as channel_direct,
    max(c.value) filter (where c.measure = 'channelPostalSum') as channel_postal,
    max(c.value) filter (where c.measure = 'DOSSIER_SYNC_NUMERATOR') as sync_numerator,
    max(c.value) filter (where c.measure = 'DOSSIER_SYNC_DENOMINATOR') as sync_denominator,
    max(c.value) filter (where c.measure = 'HS_TOTAL') as hs_total,
    max(c.value) filter (where c.measure = 'DB_TOTAL') as db_total
from mart.night n
join core.control_total c on c.from_night <= n.night and n.night < c.to_night
where c.measure in (
        'totalReceived', 'channelTotalSum', 'channelOnlineSum', 'channelDirectSum', 'channelPostalSum',
        'DOSSIER_SYNC_NUMERATOR', 'DOSSIER_SYNC_DENOMINATOR', 'HS_TOTAL', 'DB_TOTAL'
    ) and c.agency_id is distinct from 'unknown'
group by n.night, n.is_latest, c.source_id, c.period_kind, c.period_start, c.agency_id;
comment on view mart.portal_received is 'How many dossiers the portal counts as received: its own counts, which disagree, each under its own name; `doisoat walk` goes from each to ours. Grain: night, source, period, agency.';
comment on column mart.portal_received.night is 'The published night.';
comment on column mart.portal_received.is_latest is 'True for the night to read by default.';
comment on column mart.portal_received.source_id is 'The source that declares it.';
comment on column mart.portal_received.period_kind is 'month, quarter or year.';
comment on column mart.portal_received.period_start is 'First day of the period.';
comment on column mart.portal_received.agency_id is 'The unit; null for the province.';
comment on column mart.portal_received.total_received is 'totalReceived of the progress report; null where none is stated.';
comment on column mart.portal_received.channel_total is 'channelTotalSum of the online report, which states it of the province only.';
comment on column mart.portal_received.channel_online is 'channelOnlineSum of the online report.';
comment on column mart.portal_received.channel_direct is 'channelDirectSum of the online report.';
comment on column mart.portal_received.channel_postal is 'channelPostalSum of the online report.';
comment on column mart.portal_received.sync_numerator is 'The numerator of DOSSIER_SYNC.';
comment on column mart.portal_received.sync_denominator is 'The denominator of DOSSIER_SYNC; mart.published_sync says whether it is provisional.';
comment on column mart.portal_received.hs_total is 'HS_TOTAL of the old API (until 2025).';
comment on column mart.portal_received.db_total is 'DB_TOTAL of the old API.';
