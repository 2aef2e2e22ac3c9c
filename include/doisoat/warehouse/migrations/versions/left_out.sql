alter table ops.pull drop constraint pull_reason_check;
alter table ops.pull add constraint pull_reason_check
check (reason in ('nothing_new', 'outage_planned', 'failed', 'held', 'not_loadable', 'not_collected'));
comment on column ops.pull.reason is
    'Why there is no pull of this night: nothing_new (nothing was expected), outage_planned (the province file says '
    'so), failed (the source was asked and raised an error), held (the pull would have changed too much), not_loadable '
    '(it is sealed and the warehouse cannot store it) or not_collected (it was never asked, or the task died). Null '
    'where it is fresh.';

alter table ops.night add column waits_since timestamptz not null default now();
comment on column ops.night.waits_since is
    'When the run that holds the night opened it (our clock): its sources have wait_hours from then on.';

create table ops.taken_back (
    night date not null,
    source_id text,
    seal text,
    taken_by text not null,
    taken_at timestamptz not null default now(),
    reason text not null,
    constraint landing_is_named_by_its_seal check ((source_id is null) = (seal is null))
);
comment on table ops.taken_back is
    'What an operator took back: a night that was opened by mistake, or a sealed landing so that its source is asked '
    'again. Grain: decision.';
comment on column ops.taken_back.night is 'The night.';
comment on column ops.taken_back.source_id is
    'The source whose landing was taken back; null where the night itself was.';
comment on column ops.taken_back.seal is 'SHA-256 of the manifest of that landing, which is kept beside its place.';
comment on column ops.taken_back.taken_by is 'The operating-system user who decided it.';
comment on column ops.taken_back.taken_at is 'When (our clock).';
comment on column ops.taken_back.reason is 'Why, in the operator''s words.';
