-- What was checked and published, what people decided and were told, and what is kept.

create table ops.check_result (
    night date not null,
    stage text not null check (stage in ('inputs', 'results')),
    check_id text not null,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    outcome text not null check (outcome in ('passed', 'failed', 'broken')),
    unexpected_count bigint,
    observed jsonb not null default '{}',
    checked_at timestamptz not null default now(),
    run_id text,
    primary key (night, stage, check_id)
);
comment on table ops.check_result is 'What was checked each night and how it came out.';
comment on column ops.check_result.night is 'The night.';
comment on column ops.check_result.stage is 'inputs (what came in) or results (what goes out).';
comment on column ops.check_result.check_id is 'Name of the check in quality/checks.yaml.';
comment on column ops.check_result.severity is 'critical blocks the publication, warning is shown, info is counted.';
comment on column ops.check_result.outcome is
    'passed, failed (the data are wrong) or broken (the check itself could not run).';
comment on column ops.check_result.unexpected_count is 'How many rows broke it, where that can be counted.';
comment on column ops.check_result.observed is 'Counts and keys that show why; never a personal value.';
comment on column ops.check_result.checked_at is 'When (our clock).';
comment on column ops.check_result.run_id is 'The run.';

create table ops.acceptance (
    night date not null,
    revision integer not null,
    stage text not null check (stage in ('inputs', 'results')),
    check_id text not null,
    unexpected_count bigint not null,
    observed jsonb not null,
    landings text not null,
    reason text not null,
    decided_by text not null,
    decided_in text not null check (decided_in in ('command_line', 'airflow')),
    decided_at timestamptz not null default clock_timestamp(),
    primary key (night, revision, stage, check_id, decided_at)
);
comment on table ops.acceptance is
    'Critical checks that failed and against which a night is published all the same, by a named decision. '
    'Append-only. Grain: night, revision, check, decision.';
comment on column ops.acceptance.night is 'The night.';
comment on column ops.acceptance.revision is 'The revision that rests on it.';
comment on column ops.acceptance.stage is 'inputs (what came in) or results (what goes out).';
comment on column ops.acceptance.check_id is 'The check that failed.';
comment on column ops.acceptance.unexpected_count is
    'How many rows broke it when it was accepted: with other counts the decision no longer covers it.';
comment on column ops.acceptance.observed is 'What the check observed then, frozen.';
comment on column ops.acceptance.landings is
    'What was loaded then (ops.landings): of other landings the decision says nothing.';
comment on column ops.acceptance.reason is
    'Why, in the words of whoever decided; screened for what looks like a person''s data.';
comment on column ops.acceptance.decided_by is 'Account of whoever decided: the operating system''s, or Airflow''s.';
comment on column ops.acceptance.decided_in is 'Where: command_line or airflow.';
comment on column ops.acceptance.decided_at is 'When (our clock).';

create table ops.publication (
    night date not null,
    revision integer not null,
    published_at timestamptz not null default now(),
    run_id text,
    withdrawn_at timestamptz,
    archive_id integer not null default 0,
    digest text,
    rests_on jsonb,
    confirmed_at timestamptz,
    confirmed_on jsonb,
    expired_at timestamptz,
    primary key (night, revision)
);
create unique index publication_standing on ops.publication (night) where withdrawn_at is null;
create unique index publication_in_place on ops.publication (night) where archive_id = 0 and expired_at is null;
comment on table ops.publication is
    'Nights that passed their checks; analysts see only these. A night published again has a new revision.';
comment on column ops.publication.night is 'The night.';
comment on column ops.publication.revision is '1 for the first publication of the night.';
comment on column ops.publication.published_at is 'When (our clock).';
comment on column ops.publication.run_id is 'The run.';
comment on column ops.publication.withdrawn_at is 'When a rerun took it back; null while it stands.';
comment on column ops.publication.archive_id is
    'Where its rows are: 0 in recon and ops themselves, else in the archive under this number.';
comment on column ops.publication.digest is
    'One hash over all that could be read of the night; a night derived again with the same hash is the same '
    'revision.';
comment on column ops.publication.rests_on is
    'Versions of code, province file and reference, and the seal of each landing that it was first derived from.';
comment on column ops.publication.confirmed_at is
    'When the night was last derived again with just this outcome (our clock); null where it never was.';
comment on column ops.publication.confirmed_on is 'What that derivation rested on, as in rests_on.';
comment on column ops.publication.expired_at is
    'When retention deleted its rows (our clock); null while it can be queried.';

-- Decisions and answers, each with the evidence as it was then. Never rewritten.
create table ops.gap_decision (
    decision_id bigint generated always as identity primary key,
    night date not null,
    pair text not null,
    dossier_id text not null,
    kind text not null,
    detail text not null,
    action text not null check (action in ('acknowledged', 'noted', 'done', 'disputed', 'accepted', 'revoked')),
    reason text,
    cause text not null,
    basis jsonb not null,
    expires_on date,
    decided_by text not null,
    decided_in text not null check (decided_in in ('command_line', 'answers')),
    decided_at timestamptz not null default clock_timestamp(),
    check (action in ('acknowledged', 'done', 'revoked') or reason is not null),
    check ((action = 'accepted') = (expires_on is not null))
);
create index gap_decision_of on ops.gap_decision (pair, dossier_id, kind, detail);
comment on table ops.gap_decision is 'What somebody said of a gap. Append-only. Grain: decision.';
comment on column ops.gap_decision.decision_id is 'In the order in which they were taken.';
comment on column ops.gap_decision.night is 'The published night on which the gap was seen by whoever decided.';
comment on column ops.gap_decision.pair is 'The two sides compared.';
comment on column ops.gap_decision.dossier_id is 'The dossier.';
comment on column ops.gap_decision.kind is 'As in recon.gap.';
comment on column ops.gap_decision.detail is 'As in recon.gap.';
comment on column ops.gap_decision.action is
    'acknowledged (seen), noted, done (its unit says that it is repaired), disputed (its unit says that it is '
    'none), accepted (known, and to be left alone until it expires) or revoked (an acceptance is taken back).';
comment on column ops.gap_decision.reason is
    'Why, in the words of whoever decided; screened for what looks like a person''s data.';
comment on column ops.gap_decision.cause is 'The cause then.';
comment on column ops.gap_decision.basis is 'The evidence then, frozen: of other evidence an acceptance says nothing.';
comment on column ops.gap_decision.expires_on is 'Of an acceptance: the first night on which the gap is open again.';
comment on column ops.gap_decision.decided_by is 'Account of whoever decided.';
comment on column ops.gap_decision.decided_in is 'Where: command_line, or answers (a returned list).';
comment on column ops.gap_decision.decided_at is 'When (our clock).';

-- What somebody should be told of, and who was told.
create table ops.news (
    kind text not null,
    subject text not null,
    first_night date not null,
    last_night date not null,
    over_night date,
    facts jsonb not null default '{}',
    seen_at timestamptz not null default now(),
    primary key (kind, subject, first_night)
);
create unique index news_standing on ops.news (kind, subject) where over_night is null;
comment on table ops.news is
    'Troubles that somebody should be told of, from the first night to the last. Grain: kind, subject, first night; '
    'one stands at a time.';
comment on column ops.news.kind is
    'What kind of trouble: the name of a file in news/troubles and of its words in news/texts.yaml.';
comment on column ops.news.subject is 'What it is about: a source, a check, a task, a night; never a person.';
comment on column ops.news.first_night is 'The night on which it was first seen.';
comment on column ops.news.last_night is 'The last night on which it was seen.';
comment on column ops.news.over_night is 'The night on which it was no longer there; null while it stands.';
comment on column ops.news.facts is 'Nights, counts and names of ours that say more; never a word of a source.';
comment on column ops.news.seen_at is 'When it was first seen (our clock).';

create table ops.news_telling (
    kind text not null,
    subject text not null,
    first_night date not null,
    sender text not null,
    is_over boolean not null,
    told_night date,
    sent_at timestamptz,
    attempts integer not null default 0,
    failed_at timestamptz,
    primary key (kind, subject, first_night, sender, is_over),
    foreign key (kind, subject, first_night) references ops.news on delete cascade
);
comment on table ops.news_telling is
    'Which sender has told which trouble, and that it is over. Grain: trouble, sender, whether it is the end that '
    'is told.';
comment on column ops.news_telling.kind is 'The trouble''s kind.';
comment on column ops.news_telling.subject is 'The trouble''s subject.';
comment on column ops.news_telling.first_night is 'The trouble''s first night.';
comment on column ops.news_telling.sender is
    'Kind and place of the sender in the connection `news`, as "mailtos 1"; never its address.';
comment on column ops.news_telling.is_over is
    'False for the trouble and its reminders, true for the news that it is over.';
comment on column ops.news_telling.told_night is
    'The night as of which it was last told; reminders are counted from here. Null while no attempt succeeded.';
comment on column ops.news_telling.sent_at is 'When it was last sent (our clock); null while no attempt succeeded.';
comment on column ops.news_telling.attempts is 'How often it was tried, reminders included.';
comment on column ops.news_telling.failed_at is
    'When the last attempt failed; null if it succeeded. It is tried again with the next chance.';

create table ops.retention (
    applied_at timestamptz primary key default now(),
    as_of_night date not null,
    landing_from date,
    history_from date,
    revisions_from date,
    landings_deleted integer not null,
    bytes_deleted bigint not null,
    rows_deleted bigint not null,
    revisions_expired integer not null
);
comment on table ops.retention is
    'What retention deleted, and from which night on everything is still there. Grain: application.';
comment on column ops.retention.applied_at is 'When (our clock).';
comment on column ops.retention.as_of_night is 'The last published night: the settings count back from it.';
comment on column ops.retention.landing_from is
    'First night whose landings were all kept; null where none may be deleted.';
comment on column ops.retention.history_from is
    'First night that can still be queried; null where no history may be deleted.';
comment on column ops.retention.revisions_from is
    'First night whose replaced revisions were kept; null where none may be deleted.';
comment on column ops.retention.landings_deleted is 'Sealed landings deleted.';
comment on column ops.retention.bytes_deleted is 'Their size.';
comment on column ops.retention.rows_deleted is 'Rows deleted from the warehouse.';
comment on column ops.retention.revisions_expired is 'Revisions whose rows were deleted.';

create table ops.disk (
    measured_at timestamptz not null,
    place text not null,
    bytes bigint not null,
    primary key (measured_at, place)
);
comment on table ops.disk is
    'How much disk the landing, the schemas of the warehouse and the logs took. Grain: measurement, place.';
comment on column ops.disk.measured_at is 'When (our clock).';
comment on column ops.disk.place is
    'landing, landing of catalogues, schema <name>, database (whole), logs, or free (what is left where landings '
    'are kept).';
comment on column ops.disk.bytes is 'How many bytes.';
