-- Sources that are down, late, half there or mad: why an earlier snapshot stands in, and which pulls were held.

alter table ops.pull
    add column reason text check (reason in ('nothing_new', 'outage_planned', 'failed', 'held', 'not_collected')),
    add column reason_detail text,
    add constraint fresh_needs_no_reason check (state <> 'fresh' or reason is null);
comment on column ops.pull.reason is 'Why there is no pull of this night: nothing_new (nothing was expected), outage_planned (the province file says so), failed (the source was asked and raised an error), held (the pull would have changed too much) or not_collected (it was never asked, or the task died). Null where it is fresh.';
comment on column ops.pull.reason_detail is 'The same in a sentence: the error, the planned outage''s reason, what the held pull would have changed; never a personal value.';

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
comment on table ops.pull_failure is 'The last error of a source that could not be collected for a night; gone once it was. Grain: night, source.';
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
comment on table ops.pull_decision is 'Whether a pull was loaded or held by the flood guard, and why. Not derived: a night that is run again or replayed follows what was decided the first time. Grain: night, source, sealed landing.';
comment on column ops.pull_decision.night is 'The night.';
comment on column ops.pull_decision.source_id is 'The source.';
comment on column ops.pull_decision.seal is 'SHA-256 of the sealed landing''s manifest: the decision is about this landing and no other.';
comment on column ops.pull_decision.decision is 'loaded (an ordinary pull), held (it would change too much: sealed, not loaded), agreed (it would too, but an earlier held pull says the same: loaded) or accepted (an operator confirmed it: loaded).';
comment on column ops.pull_decision.is_complete is 'Whether the pull was complete: only complete ones confirm each other.';
comment on column ops.pull_decision.known is 'Records held of the source before this night; 0 where allowed is null.';
comment on column ops.pull_decision.allowed is 'How many changes an ordinary pull may make; null where none could be too many (no complete pull was loaded before): then everything that was loaded is counted.';
comment on column ops.pull_decision.ended is 'Records that the pull no longer shows.';
comment on column ops.pull_decision.updated is 'Records of which the source itself says something else; what only our own maps or reference data changed is not counted.';
comment on column ops.pull_decision.inserted is 'Records that are new here but not new there: received before the last loaded pull, so it should have shown them.';
comment on column ops.pull_decision.agrees_with is 'The earlier night whose held pull shows the same.';
comment on column ops.pull_decision.decided_at is 'When it was decided first (our clock).';
comment on column ops.pull_decision.accepted_by is 'The operating-system user who confirmed it.';
comment on column ops.pull_decision.accepted_at is 'When (our clock).';
comment on column ops.pull_decision.accepted_reason is 'Why, in the operator''s words.';

alter table recon.difference drop constraint difference_standing_check;
alter table recon.difference add constraint difference_standing_check
    check (standing in ('gap', 'pending', 'not_yet_observable'));
comment on column recon.difference.standing is 'gap (somebody must act), pending (changed within the allowed lag) or not_yet_observable (one side is older than the other''s change).';
