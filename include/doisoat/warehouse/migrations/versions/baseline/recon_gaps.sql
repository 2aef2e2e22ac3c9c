-- Why something is not alike, and the life of what somebody must act on: a gap is opened, changes its cause, is
-- resolved, and may be opened again in its place.

create table recon.cause (
    pair text not null,
    dossier_id text not null,
    kind text not null,
    detail text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    cause text not null,
    basis jsonb not null,
    primary key (pair, dossier_id, kind, detail, from_night)
);
comment on table recon.cause is
    'Why a dossier is not alike on two sides, and the evidence for it. Grain: pair, dossier, kind, detail, range of '
    'nights.';
comment on column recon.cause.pair is 'The two sides compared.';
comment on column recon.cause.dossier_id is 'The dossier.';
comment on column recon.cause.kind is
    'What is explained: the presence that is no match (national_only, provincial_only, ministry_only, '
    'undetermined), the attribute that differs, the kind of an extra row, or moved (the sides put it into different '
    'cells).';
comment on column recon.cause.detail is 'Of an extra row its source and record; else empty.';
comment on column recon.cause.from_night is 'First night of this cause.';
comment on column recon.cause.to_night is 'First night on which it no longer held.';
comment on column recon.cause.cause is
    'The first rule whose evidence is there (docs/generated/causes.md); undetermined where none is.';
comment on column recon.cause.basis is
    'The evidence: codes, records, statuses, moments and counts; never a value of a person.';

create table recon.gap (
    pair text not null,
    dossier_id text not null,
    kind text not null,
    detail text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    cause text not null,
    opened_on date not null,
    reopened_on date,
    primary key (pair, dossier_id, kind, detail, from_night)
);
comment on table recon.gap is
    'The gaps that are open: one a dossier, pair and kind. Grain: pair, dossier, kind, detail, range of nights.';
comment on column recon.gap.pair is 'The two sides compared.';
comment on column recon.gap.dossier_id is 'The dossier.';
comment on column recon.gap.kind is 'As in recon.cause.';
comment on column recon.gap.detail is 'As in recon.cause.';
comment on column recon.gap.from_night is 'First night on which it stood so.';
comment on column recon.gap.to_night is 'First night on which it no longer did: with another cause, or resolved.';
comment on column recon.gap.cause is 'Its cause (recon.cause).';
comment on column recon.gap.opened_on is
    'The night that first saw it; of dossiers that turned out to be one, the oldest.';
comment on column recon.gap.reopened_on is
    'The night that last saw it again after it had been resolved; null where it never was.';

create table recon.gap_event (
    pair text not null,
    dossier_id text not null,
    kind text not null,
    detail text not null,
    night date not null,
    event text not null check (event in ('opened', 'reopened', 'cause_changed', 'resolved', 'merged')),
    cause text not null,
    cause_before text,
    how text
        check (how in ('synced', 'withdrawn', 'corrected', 'ministry_confirmed', 'other_gap', 'in_doubt', 'merged')),
    other_dossier_id text,
    basis jsonb not null,
    primary key (pair, dossier_id, kind, detail, night, event)
);
comment on table recon.gap_event is
    'What happened to gaps, night by night; written once by the night that saw it. Grain: gap, night, event.';
comment on column recon.gap_event.pair is 'The two sides compared.';
comment on column recon.gap_event.dossier_id is 'The dossier, as it was known that night.';
comment on column recon.gap_event.kind is 'As in recon.cause.';
comment on column recon.gap_event.detail is 'As in recon.cause.';
comment on column recon.gap_event.night is 'The night that saw it.';
comment on column recon.gap_event.event is
    'opened, reopened (in its place), cause_changed, resolved, or merged (an older gap of a dossier that turned out '
    'to be this one goes on here).';
comment on column recon.gap_event.cause is 'The cause that night; of a resolved gap its last one.';
comment on column recon.gap_event.cause_before is 'Of a changed cause: the one before.';
comment on column recon.gap_event.how is
    'Of a resolved gap: synced (both sides hold it now), withdrawn (nobody does, or the extra row is gone), '
    'corrected (the values agree), ministry_confirmed (its partner was recognised), other_gap (it is a gap of '
    'another kind now), in_doubt (the evidence no longer proves it) or merged (it goes on under another dossier).';
comment on column recon.gap_event.other_dossier_id is 'Of merged: the dossier that it goes on under, or came from.';
comment on column recon.gap_event.basis is 'The night''s evidence for the cause.';
