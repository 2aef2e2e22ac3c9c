-- How the nights went: what was pulled, and what became of it.

create table ops.night (
    night date primary key,
    state text not null check (state in ('open', 'loaded', 'reconciled', 'published', 'blocked', 'missed')),
    run_id text,
    inputs text,
    collects_late boolean not null default false,
    opened_at timestamptz not null default now(),
    touched_at timestamptz not null default now(),
    rests_on jsonb
);
comment on table ops.night is 'One row a night: how far it came and which run holds it.';
comment on column ops.night.night is 'The local calendar date that the run reports on.';
comment on column ops.night.state is
    'open, loaded, reconciled, published, blocked by a check, or missed: of no source that is read every night '
    'anything was loaded.';
comment on column ops.night.run_id is 'The run that holds the night; another run of the same night takes it over.';
comment on column ops.night.inputs is
    'SHA-256 over what the loaded state was made of: seals, province file, reference data, code version; null while '
    'nothing stands loaded.';
comment on column ops.night.collects_late is 'The operator asked to collect this night later than its own night.';
comment on column ops.night.opened_at is 'When the night was first opened (our clock).';
comment on column ops.night.touched_at is
    'When a task of it last began or wrote (our clock). While one works it also holds a lock, so a long one is not '
    'taken for dead.';
comment on column ops.night.rests_on is
    'What was loaded: versions of code, province file and reference, the seal of each landing (landings, look_ups; '
    'a look-up without one: nothing was wanted), and which checks were asked; null before the first load.';

create table ops.pull (
    night date not null,
    source_id text not null,
    state text not null check (state in ('fresh', 'standing', 'stale', 'absent')),
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
    reason text check (reason in ('nothing_new', 'outage_planned', 'failed', 'held', 'not_collected')),
    reason_detail text,
    primary key (night, source_id),
    constraint fresh_needs_no_reason check (state <> 'fresh' or reason is null)
);
comment on table ops.pull is 'The certificate of each source''s pull, and what stands in for it where there was none.';
comment on column ops.pull.night is 'The night.';
comment on column ops.pull.source_id is 'The source.';
comment on column ops.pull.state is
    'fresh (pulled for this night), standing (nothing new is expected every night; what was read last stands), '
    'stale (an earlier snapshot stands in) or absent (never pulled).';
comment on column ops.pull.snapshot_night is 'The night whose snapshot is used: this one, or the last good one.';
comment on column ops.pull.seal is 'SHA-256 of the sealed landing''s manifest.';
comment on column ops.pull.mode is
    'full (everything listed), incremental (changes and cells), counts (control totals only) or look_ups (single '
    'dossiers asked for by code).';
comment on column ops.pull.cut_off is
    'The source''s own clock when the pull began: what happened later may be missing.';
comment on column ops.pull.is_complete is 'Whether everything that was to be covered was, with totals that agree.';
comment on column ops.pull.incomplete_reason is 'Why it is not complete.';
comment on column ops.pull.is_collected_late is 'Collected more than 36 hours after the night''s end, on request.';
comment on column ops.pull.requests is 'Requests made (files read).';
comment on column ops.pull.pages is 'Pages received.';
comment on column ops.pull.received is 'Rows received, readable or not.';
comment on column ops.pull.declared_before is 'The source''s total of everything before the pull.';
comment on column ops.pull.declared_after is 'The same after it.';
comment on column ops.pull.watermark is
    'Latest change seen, by the source''s clock: where the next incremental pull begins.';
comment on column ops.pull.reason is
    'Why there is no pull of this night: nothing_new (nothing was expected), outage_planned (the province file says '
    'so), failed (the source was asked and raised an error), held (the pull would have changed too much) or '
    'not_collected (it was never asked, or the task died). Null where it is fresh.';
comment on column ops.pull.reason_detail is
    'The same in a sentence: the error, the planned outage''s reason, what the held pull would have changed; never '
    'a personal value.';

create table ops.pull_failure (
    night date not null,
    source_id text not null,
    error text not null,
    came text not null,
    todo text not null,
    tries integer not null default 1,
    failed_at timestamptz not null default now(),
    primary key (night, source_id)
);
comment on table ops.pull_failure is
    'The last error of a source that could not be collected for a night; gone once it was. Grain: night, source.';
comment on column ops.pull_failure.night is 'The night.';
comment on column ops.pull_failure.source_id is 'The source that was asked.';
comment on column ops.pull_failure.error is 'The class of the error (doisoat.errors), which says what follows.';
comment on column ops.pull_failure.came is 'What came instead, in shapes, counts and codes, never values.';
comment on column ops.pull_failure.todo is 'What to do.';
comment on column ops.pull_failure.tries is 'How often it was tried and failed.';
comment on column ops.pull_failure.failed_at is 'When it failed last (our clock).';

create table ops.pull_decision (
    night date not null,
    source_id text not null,
    seal text not null,
    decision text not null check (decision in ('loaded', 'held', 'agreed', 'accepted')),
    is_complete boolean not null,
    known bigint not null,
    allowed bigint,
    ended bigint not null,
    updated bigint not null,
    inserted bigint not null,
    agrees_with date,
    decided_at timestamptz not null default now(),
    accepted_by text,
    accepted_at timestamptz,
    accepted_reason text,
    primary key (night, source_id, seal),
    constraint agreement_names_its_night check ((decision = 'agreed') = (agrees_with is not null)),
    constraint acceptance_is_signed check (
        (decision = 'accepted') = (accepted_by is not null and accepted_at is not null and accepted_reason is not null)
    )
);
comment on table ops.pull_decision is
    'Whether a pull was loaded or held by the flood guard, and why. Not derived: a night that is run again or '
    'replayed follows what was decided the first time. Grain: night, source, sealed landing.';
comment on column ops.pull_decision.night is 'The night.';
comment on column ops.pull_decision.source_id is 'The source.';
comment on column ops.pull_decision.seal is
    'SHA-256 of the sealed landing''s manifest: the decision is about this landing and no other.';
comment on column ops.pull_decision.decision is
    'loaded (an ordinary pull), held (it would change too much: sealed, not loaded), agreed (it would too, but an '
    'earlier held pull says the same: loaded) or accepted (an operator confirmed it: loaded).';
comment on column ops.pull_decision.is_complete is
    'Whether the pull was complete: only complete ones confirm each other.';
comment on column ops.pull_decision.known is 'Records held of the source before this night; 0 where allowed is null.';
comment on column ops.pull_decision.allowed is
    'How many changes an ordinary pull may make; null where none could be too many (no complete pull was loaded '
    'before): then everything that was loaded is counted.';
comment on column ops.pull_decision.ended is 'Records that the pull no longer shows.';
comment on column ops.pull_decision.updated is
    'Records of which the source itself says something else; what only our own maps or reference data changed is '
    'not counted.';
comment on column ops.pull_decision.inserted is
    'Records that are new here but not new there: received before the last loaded pull, so it should have shown '
    'them.';
comment on column ops.pull_decision.agrees_with is 'The earlier night whose held pull shows the same.';
comment on column ops.pull_decision.decided_at is 'When it was decided first (our clock).';
comment on column ops.pull_decision.accepted_by is 'The operating-system user who confirmed it.';
comment on column ops.pull_decision.accepted_at is 'When (our clock).';
comment on column ops.pull_decision.accepted_reason is 'Why, in the operator''s words.';

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

create table ops.look_up_pull (
    night date not null,
    source_id text not null,
    seal text not null,
    wanted integer not null,
    asked integer not null,
    held integer not null,
    is_complete boolean not null,
    incomplete_reason text,
    primary key (night, source_id)
);
comment on table ops.look_up_pull is
    'The look-ups of a night: how many dossiers were worth asking for, and how far the budget went. Grain: night, '
    'source.';
comment on column ops.look_up_pull.night is 'The night.';
comment on column ops.look_up_pull.source_id is 'The source that was asked.';
comment on column ops.look_up_pull.seal is 'SHA-256 of the sealed landing''s manifest.';
comment on column ops.look_up_pull.wanted is 'Codes whose look-up was due when the night''s listings were loaded.';
comment on column ops.look_up_pull.asked is
    'Codes that were asked for, a few that the listing shows among them as controls.';
comment on column ops.look_up_pull.held is 'Of those, codes that the source holds.';
comment on column ops.look_up_pull.is_complete is 'Whether everything that was wanted was asked.';
comment on column ops.look_up_pull.incomplete_reason is 'Why not: the budget, or the source broke off.';

create table ops.catalogue_pull (
    synced_on date not null,
    source_id text not null,
    seal text not null,
    cut_off timestamptz not null,
    entries integer not null,
    primary key (synced_on, source_id)
);
comment on table ops.catalogue_pull is 'When a source''s catalogues were read. Grain: day, source.';
comment on column ops.catalogue_pull.synced_on is 'The local calendar date of the run.';
comment on column ops.catalogue_pull.source_id is 'The source.';
comment on column ops.catalogue_pull.seal is 'SHA-256 of the sealed landing''s manifest.';
comment on column ops.catalogue_pull.cut_off is 'The source''s own clock when it answered.';
comment on column ops.catalogue_pull.entries is 'Entries read.';

-- While it holds a row no other run may write a night.
create table ops.replay (
    night date primary key,
    reached text not null,
    rests_on jsonb,
    run_id text not null,
    asked_at timestamptz not null default now()
);
comment on table ops.replay is 'The nights that an unfinished replay has still to derive again. Grain: night.';
comment on column ops.replay.night is 'The night.';
comment on column ops.replay.reached is
    'How far the night had come (ops.night.state) before the replay: it goes no further again.';
comment on column ops.replay.rests_on is
    'What it had been loaded from, as in ops.night; null where that is not known: then from all that is sealed.';
comment on column ops.replay.run_id is 'The replay: the only run that may write meanwhile.';
comment on column ops.replay.asked_at is 'When the replay began (our clock).';

-- Once a week all is derived anew from core, and must be what the nights came to by looking at what changed.
create table ops.deep_sweep (
    night date not null,
    swept_at timestamptz not null default now(),
    rows bigint not null,
    differences integer not null,
    primary key (night, swept_at)
);
comment on table ops.deep_sweep is
    'Deep sweeps: the state of a night derived anew as a whole and held against what stands. Grain: night, sweep.';
comment on column ops.deep_sweep.night is 'The night: the latest one.';
comment on column ops.deep_sweep.swept_at is 'When it was swept, by our clock.';
comment on column ops.deep_sweep.rows is 'How many derived rows were held against each other.';
comment on column ops.deep_sweep.differences is
    'How many rows one of the two has and the other has not; 0 on a good week.';
