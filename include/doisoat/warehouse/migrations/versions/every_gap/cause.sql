-- Why something is not alike: ranges of nights beside the verdicts, differences and extra rows that it explains.
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
comment on table recon.cause is 'Why a dossier is not alike on two sides, and the evidence for it. Grain: pair, dossier, kind, detail, range of nights.';
comment on column recon.cause.pair is 'The two sides compared.';
comment on column recon.cause.dossier_id is 'The dossier.';
comment on column recon.cause.kind is 'What is explained: the presence that is no match (national_only, provincial_only, ministry_only, undetermined), the attribute that differs, the kind of an extra row, or moved (the sides put it into different cells).';
comment on column recon.cause.detail is 'Of an extra row its source and record; else empty.';
comment on column recon.cause.from_night is 'First night of this cause.';
comment on column recon.cause.to_night is 'First night on which it no longer held.';
comment on column recon.cause.cause is 'The first rule whose evidence is there (docs/generated/causes.md); undetermined where none is.';
comment on column recon.cause.basis is 'The evidence: codes, records, statuses, moments and counts; never a value of a person.';

-- The policy that gave them, as the code has it.
create table core.cause_rule (
    cause text primary key,
    place integer not null,
    label text not null,
    blames text not null check (blames in ('province', 'portal', 'ministry', 'nobody')),
    is_decided boolean not null,
    needs text not null,
    action text not null
);
comment on table core.cause_rule is 'The causes, in the order in which their rules are asked (docs/generated/causes.md). Grain: cause.';
comment on column core.cause_rule.cause is 'Its name.';
comment on column core.cause_rule.place is 'Its place in the order; the first rule whose evidence is there wins.';
comment on column core.cause_rule.label is 'Its name in Vietnamese.';
comment on column core.cause_rule.blames is 'The side at fault: province, portal, ministry or nobody.';
comment on column core.cause_rule.is_decided is 'False where it names what is seen, while the evidence leaves open what made it so.';
comment on column core.cause_rule.needs is 'The evidence without which it is not claimed.';
comment on column core.cause_rule.action is 'What is asked for, in Vietnamese.';

create table archive.cause (archive_id integer not null, like recon.cause including comments);
create index on archive.cause (archive_id);
comment on table archive.cause is 'Rows of earlier revisions, with the columns of recon.cause.';
comment on column archive.cause.archive_id is 'The generation: ops.publication says which revisions of which nights are in it.';
