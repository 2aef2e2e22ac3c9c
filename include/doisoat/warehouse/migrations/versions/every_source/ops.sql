alter table ops.pull drop constraint pull_state_check;
alter table ops.pull add constraint pull_state_check check (state in ('fresh', 'standing', 'stale', 'absent'));
comment on column ops.pull.state is 'fresh (pulled for this night), standing (nothing new is expected every night; what was read last stands), stale (an earlier snapshot stands in) or absent (never pulled).';
comment on column ops.pull.mode is 'full (everything listed), incremental (changes and cells), counts (control totals only) or look_ups (single dossiers asked for by code).';

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
comment on table ops.look_up_pull is 'The look-ups of a night: how many dossiers were worth asking for, and how far the budget went. Grain: night, source.';
comment on column ops.look_up_pull.night is 'The night.';
comment on column ops.look_up_pull.source_id is 'The source that was asked.';
comment on column ops.look_up_pull.seal is 'SHA-256 of the sealed landing''s manifest.';
comment on column ops.look_up_pull.wanted is 'Codes whose look-up was due when the night''s listings were loaded.';
comment on column ops.look_up_pull.asked is 'Codes that were asked for, a few that the listing shows among them as controls.';
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
