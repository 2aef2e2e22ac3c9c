-- What people said of gaps: decisions and answers, each with the evidence as it was then. Never rewritten.
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
comment on column ops.gap_decision.action is 'acknowledged (seen), noted, done (its unit says that it is repaired), disputed (its unit says that it is none), accepted (known, and to be left alone until it expires) or revoked (an acceptance is taken back).';
comment on column ops.gap_decision.reason is 'Why, in the words of whoever decided; screened for what looks like a person''s data.';
comment on column ops.gap_decision.cause is 'The cause then.';
comment on column ops.gap_decision.basis is 'The evidence then, frozen: of other evidence an acceptance says nothing.';
comment on column ops.gap_decision.expires_on is 'Of an acceptance: the first night on which the gap is open again.';
comment on column ops.gap_decision.decided_by is 'Account of whoever decided.';
comment on column ops.gap_decision.decided_in is 'Where: command_line, or answers (a returned list).';
comment on column ops.gap_decision.decided_at is 'When (our clock).';
