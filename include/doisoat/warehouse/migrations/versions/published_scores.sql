create table core.published_score (
    source_id text not null,
    score_group text not null,
    metric text not null,
    period_kind text not null check (period_kind in ('month', 'quarter', 'year')),
    period_start date not null,
    agency_key text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    numerator numeric,
    denominator numeric,
    ratio numeric,
    score numeric,
    max_score numeric,
    score_delta numeric,
    numbers jsonb not null default '{}',
    flags text[] not null default '{}',
    message text,
    agency_id text,
    primary key (source_id, score_group, metric, period_kind, period_start, agency_key, from_night)
);
create index on core.published_score (source_id) where to_night = 'infinity';
comment on table core.published_score is
    'The scores of decision 766 as the portal publishes them, metric by metric, as ranges of nights. What was published '
    'for a period stays valid until something else is.';
comment on column core.published_score.source_id is 'The source that publishes it.';
comment on column core.published_score.score_group is 'The report, by its own name (mart.dim_portal_metric).';
comment on column core.published_score.metric is 'The metric''s own code; empty for the group as a whole.';
comment on column core.published_score.period_kind is 'month, quarter or year.';
comment on column core.published_score.period_start is 'First day of the period.';
comment on column core.published_score.agency_key is 'The unit as stated; empty for the province.';
comment on column core.published_score.from_night is 'First night on which it was published so.';
comment on column core.published_score.to_night is 'First night on which it no longer was.';
comment on column core.published_score.numerator is 'As published; null where none is, which is not 0.';
comment on column core.published_score.denominator is 'As published; null where none is.';
comment on column core.published_score.ratio is 'In percent, as published; null where none is (0 of 0).';
comment on column core.published_score.score is 'The points, as published; null where none are.';
comment on column core.published_score.max_score is 'The points that it can give, as published.';
comment on column core.published_score.score_delta is 'The change that the portal states, as published.';
comment on column core.published_score.numbers is
    'What the group states besides, under the portal''s own names; null is what it states as null.';
comment on column core.published_score.flags is 'The portal''s own data-quality flags.';
comment on column core.published_score.message is 'What the portal says about them.';
comment on column core.published_score.agency_id is
    'The agency it resolves to; null for the whole province, unknown where it cannot be resolved.';

create table core.province_score (
    source_id text not null,
    province_code text not null,
    score_group text not null,
    metric text not null,
    period_kind text not null check (period_kind in ('month', 'quarter', 'year')),
    period_start date not null,
    week date not null,
    numerator numeric,
    denominator numeric,
    ratio numeric,
    score numeric,
    max_score numeric,
    score_delta numeric,
    numbers jsonb not null default '{}',
    flags text[] not null default '{}',
    message text,
    primary key (source_id, province_code, score_group, metric, period_kind, period_start, week)
);
comment on table core.province_score is
    'What the portal publishes of every province as a whole, as it was asked for in a week. Grain: source, province, '
    'metric, period, week.';
comment on column core.province_score.source_id is 'The source that publishes it.';
comment on column core.province_score.province_code is 'The province''s code at the portal (H37).';
comment on column core.province_score.score_group is 'The report, by its own name (mart.dim_portal_metric).';
comment on column core.province_score.metric is 'The metric''s own code; empty for the group as a whole.';
comment on column core.province_score.period_kind is 'month, quarter or year.';
comment on column core.province_score.period_start is 'First day of the period.';
comment on column core.province_score.week is 'The Sunday that begins the week in which the portal was asked.';
comment on column core.province_score.numerator is 'As published; null where none is, which is not 0.';
comment on column core.province_score.denominator is 'As published; null where none is.';
comment on column core.province_score.ratio is 'In percent, as published; null where none is (0 of 0).';
comment on column core.province_score.score is 'The points, as published; null where none are.';
comment on column core.province_score.max_score is 'The points that it can give, as published.';
comment on column core.province_score.score_delta is 'The change that the portal states, as published.';
comment on column core.province_score.numbers is
    'What the group states besides, under the portal''s own names; null is what it states as null.';
comment on column core.province_score.flags is 'The portal''s own data-quality flags.';
comment on column core.province_score.message is 'What the portal says about them.';

create table ops.province_pull (
    week date not null,
    source_id text not null,
    province_code text not null,
    province_name text not null,
    seal text not null,
    asked_at timestamptz not null,
    scores bigint not null,
    left_out text,
    primary key (week, source_id, province_code)
);
comment on table ops.province_pull is
    'Which province the portal was asked about in which week, for the comparison of provinces.';
comment on column ops.province_pull.week is 'The Sunday that begins the week.';
comment on column ops.province_pull.source_id is 'The source that was asked.';
comment on column ops.province_pull.province_code is 'The province''s code at the portal.';
comment on column ops.province_pull.province_name is 'Its name.';
comment on column ops.province_pull.seal is 'SHA-256 of the landing''s manifest.';
comment on column ops.province_pull.asked_at is 'The portal''s clock.';
comment on column ops.province_pull.scores is 'How many scores came.';
comment on column ops.province_pull.left_out is 'Which reports gave nothing; null where all did.';
