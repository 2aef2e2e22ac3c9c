-- How the nights went.

create table ops.night (
    night date primary key,
    state text not null check (state in ('open', 'loaded', 'reconciled', 'published', 'blocked', 'missed')),
    run_id text,
    inputs text,
    collects_late boolean not null default false,
    opened_at timestamptz not null default now(),
    touched_at timestamptz not null default now()
);
comment on table ops.night is 'One row a night: how far it came and which run holds it.';
comment on column ops.night.night is 'The local calendar date that the run reports on.';
comment on column ops.night.state is 'open, loaded, reconciled, published, blocked by a check, or missed (never collected).';
comment on column ops.night.run_id is 'The run that holds the night; another run of the same night takes it over.';
comment on column ops.night.inputs is 'SHA-256 over what the loaded state was made of: seals, province file, reference data, code version.';
comment on column ops.night.collects_late is 'The operator asked to collect this night later than its own night.';
comment on column ops.night.opened_at is 'When the night was first opened (our clock).';
comment on column ops.night.touched_at is 'When a task of it last wrote (our clock).';

create table ops.pull (
    night date not null,
    source_id text not null,
    state text not null check (state in ('fresh', 'stale', 'absent')),
    snapshot_night date,
    seal text,
    mode text,
    cut_off timestamptz,
    is_complete boolean,
    incomplete_reason text,
    is_collected_late boolean,
    requests integer,
    pages integer,
    received bigint,
    declared_before bigint,
    declared_after bigint,
    watermark timestamptz,
    primary key (night, source_id)
);
comment on table ops.pull is 'The certificate of each source''s pull, and what stands in for it where there was none.';
comment on column ops.pull.night is 'The night.';
comment on column ops.pull.source_id is 'The source.';
comment on column ops.pull.state is 'fresh (pulled for this night), stale (an earlier snapshot stands) or absent (never pulled).';
comment on column ops.pull.snapshot_night is 'The night whose snapshot is used: this one, or the last good one.';
comment on column ops.pull.seal is 'SHA-256 of the sealed landing''s manifest.';
comment on column ops.pull.mode is 'full (everything listed), incremental (changes and cells) or counts (control totals only).';
comment on column ops.pull.cut_off is 'The source''s own clock when the pull began: what happened later may be missing.';
comment on column ops.pull.is_complete is 'Whether everything that was to be covered was, with totals that agree.';
comment on column ops.pull.incomplete_reason is 'Why it is not complete.';
comment on column ops.pull.is_collected_late is 'Collected more than 36 hours after the night''s end, on request.';
comment on column ops.pull.requests is 'Requests made (files read).';
comment on column ops.pull.pages is 'Pages received.';
comment on column ops.pull.received is 'Rows received, readable or not.';
comment on column ops.pull.declared_before is 'The source''s total of everything before the pull.';
comment on column ops.pull.declared_after is 'The same after it.';
comment on column ops.pull.watermark is 'Latest change seen, by the source''s clock: where the next incremental pull begins.';

create table ops.load (
    night date not null,
    source_id text not null,
    seal text not null,
    received bigint not null,
    inserted bigint not null,
    updated bigint not null,
    unchanged bigint not null,
    repeated bigint not null,
    quarantined bigint not null,
    ended bigint not null,
    control_totals bigint not null,
    primary key (night, source_id),
    constraint every_row_accounted_for check (received = inserted + updated + unchanged + repeated + quarantined)
);
comment on table ops.load is 'What became of each row that was received.';
comment on column ops.load.night is 'The night.';
comment on column ops.load.source_id is 'The source.';
comment on column ops.load.seal is 'The landing that was loaded.';
comment on column ops.load.received is 'Rows received = inserted + updated + unchanged + repeated + quarantined.';
comment on column ops.load.inserted is 'Records not held before, or held once and back again.';
comment on column ops.load.updated is 'Records held with other values.';
comment on column ops.load.unchanged is 'Records held with the same values: not rewritten.';
comment on column ops.load.repeated is 'Rows that repeat a record of the same pull (a page that shifted).';
comment on column ops.load.quarantined is 'Rows that could not be read.';
comment on column ops.load.ended is 'Records held before that a complete listing no longer shows.';
comment on column ops.load.control_totals is 'Control totals in the landing.';

create table ops.quarantine (
    night date not null,
    source_id text not null,
    position text not null,
    reason text not null,
    field text,
    record_id text,
    primary key (night, source_id, position)
);
comment on table ops.quarantine is 'Rows that could not be read: where they stood and why, never what they said.';
comment on column ops.quarantine.night is 'The night.';
comment on column ops.quarantine.source_id is 'The source.';
comment on column ops.quarantine.position is 'Page or file, and row.';
comment on column ops.quarantine.reason is 'Short name of what was wrong.';
comment on column ops.quarantine.field is 'The field that was wrong, where one was.';
comment on column ops.quarantine.record_id is 'The record''s key, where it could be read.';

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
comment on column ops.check_result.outcome is 'passed, failed (the data are wrong) or broken (the check itself could not run).';
comment on column ops.check_result.unexpected_count is 'How many rows broke it, where that can be counted.';
comment on column ops.check_result.observed is 'Counts and keys that show why; never a personal value.';
comment on column ops.check_result.checked_at is 'When (our clock).';
comment on column ops.check_result.run_id is 'The run.';

create table ops.publication (
    night date not null,
    revision integer not null,
    published_at timestamptz not null default now(),
    run_id text,
    withdrawn_at timestamptz,
    primary key (night, revision)
);
create unique index publication_standing on ops.publication (night) where withdrawn_at is null;
comment on table ops.publication is 'Nights that passed their checks; analysts see only these. A night published again has a new revision.';
comment on column ops.publication.night is 'The night.';
comment on column ops.publication.revision is '1 for the first publication of the night.';
comment on column ops.publication.published_at is 'When (our clock).';
comment on column ops.publication.run_id is 'The run.';
comment on column ops.publication.withdrawn_at is 'When a rerun took it back; null while it stands.';
