create table recon.finding (
    pair text not null,
    dossier_id text not null,
    kind text not null,
    detail text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    standing text not null,
    evidence text,
    since_night date not null,
    national_value text,
    provincial_value text,
    ministry_value text,
    national_codes text,
    provincial_codes text,
    ministry_codes text,
    national_record_id text,
    provincial_record_id text,
    ministry_record_id text,
    ministry_source_id text,
    is_removed_provincially boolean,
    agency_id text,
    owner_id text,
    procedure_family text,
    receipt_date date,
    channel text,
    cause text,
    basis jsonb,
    opened_on date,
    reopened_on date,
    next_review_on date,
    primary key (pair, dossier_id, kind, detail, from_night)
);
-- the latest nights are read most: what ended before them is not looked at
create index on recon.finding (to_night);
create index on recon.finding (dossier_id);
comment on table recon.finding is
    'Everything that differs, with what readers ask of it, kept flat; it follows from verdicts, differences, ledger '
    'entries, causes, gaps and records. Grain: pair, dossier, kind, detail, range of nights.';
comment on column recon.finding.pair is 'The two sides compared.';
comment on column recon.finding.dossier_id is 'The dossier, as it was known that night.';
comment on column recon.finding.kind is 'A presence that is no match, the attribute that differs, or the kind of an extra row.';
comment on column recon.finding.detail is 'For an extra row its source and record; else empty.';
comment on column recon.finding.from_night is 'First night on which all of this was so.';
comment on column recon.finding.to_night is 'First night on which it no longer was.';
comment on column recon.finding.standing is 'gap, or why it is none: pending, not_yet_observable, incomplete, undecided.';
comment on column recon.finding.evidence is 'What the presence is based on; null if the dossier has no verdict.';
comment on column recon.finding.since_night is 'First night on which it differed exactly like this, whatever its codes or cause.';
comment on column recon.finding.national_value is 'For an attribute: what the portal says.';
comment on column recon.finding.provincial_value is 'For an attribute: what the province says.';
comment on column recon.finding.ministry_value is 'For an attribute: what the ministry''s system says.';
comment on column recon.finding.national_codes is 'The codes under which the portal shows the dossier, with a space between two.';
comment on column recon.finding.provincial_codes is 'The codes under which the province shows it.';
comment on column recon.finding.ministry_codes is 'The codes, or records, under which ministries'' systems show it.';
comment on column recon.finding.national_record_id is 'The national record of the verdict.';
comment on column recon.finding.provincial_record_id is 'The provincial record of the verdict.';
comment on column recon.finding.ministry_record_id is 'The ministry''s record of the verdict.';
comment on column recon.finding.ministry_source_id is 'The ministry''s system it comes from.';
comment on column recon.finding.is_removed_provincially is 'Whether the province still shows a removed record of it.';
comment on column recon.finding.agency_id is
    'The agency at the receipt date: the verdict''s; for an extra row of a dossier without a verdict, the row''s own.';
comment on column recon.finding.owner_id is
    'The agency that has to act that night: agency_id or its only successor, else the nearest above it for which that can be '
    'decided, else unknown.';
comment on column recon.finding.procedure_family is 'The procedure family, likewise.';
comment on column recon.finding.receipt_date is 'The receipt date, likewise.';
comment on column recon.finding.channel is
    'How it was submitted, as the province says, else the portal; of an extra row without a verdict, the row''s own.';
comment on column recon.finding.cause is 'Why (recon.cause).';
comment on column recon.finding.basis is 'The evidence for the cause (recon.cause).';
comment on column recon.finding.opened_on is 'For an open gap: the night that first saw it (recon.gap); else null.';
comment on column recon.finding.reopened_on is 'For an open gap: the night on which it last reappeared; else null.';
comment on column recon.finding.next_review_on is
    'The first night on which it is a gap if nothing else changes; null if time alone changes nothing.';

create table archive.finding (archive_id integer not null, like recon.finding including comments);
create index on archive.finding (archive_id);
comment on table archive.finding is 'Rows of earlier revisions, with the columns of recon.finding.';
comment on column archive.finding.archive_id is
    'The generation: ops.publication says which revisions of which nights are in it.';
