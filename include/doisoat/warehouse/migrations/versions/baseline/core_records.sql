-- What the sources said, as ranges of nights: a row holds on every night with from_night <= night < to_night.

create table core.dossier_record (
    source_id text not null,
    record_id text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    dossier_id text not null,
    duplicate_rank integer not null default 1,
    dossier_code text,
    linked_codes text[] not null default '{}',
    agency_id text not null default 'unknown',
    procedure_family text not null default 'unknown',
    receipt_date date,
    receipt_month date,
    status text,
    channel text,
    online_payment text,
    is_removed boolean not null,
    has_digitised_parts boolean,
    submitted_at timestamptz,
    received_at timestamptz,
    due_at timestamptz,
    finished_at timestamptz,
    returned_at timestamptz,
    updated_at timestamptz,
    procedure_code text,
    field_code text,
    agency_code text,
    agency_name text,
    agency_ref text,
    channel_code text,
    status_code text,
    online_payment_code text,
    fingerprint bigint not null,
    primary key (source_id, record_id, from_night),
    check (from_night < to_night)) partition by list (source_id
);
comment on table core.dossier_record is
    'One source''s row about one dossier, as known from from_night until before to_night. Grain: source, record, '
    'range of nights.';
comment on column core.dossier_record.source_id is 'The source that said so.';
comment on column core.dossier_record.record_id is
    'The source''s own immutable key; made from the code and a rank where the source has none.';
comment on column core.dossier_record.from_night is 'First night on which the row held.';
comment on column core.dossier_record.to_night is 'First night on which it no longer held; infinity while it does.';
comment on column core.dossier_record.dossier_id is
    'The dossier this record belongs to: the least code of its connected component, as known now.';
comment on column core.dossier_record.duplicate_rank is
    '1 for the row that stands for the dossier on its side, 2 and up for extra rows, 0 for removed rows.';
comment on column core.dossier_record.dossier_code is 'The code under which the source holds the dossier.';
comment on column core.dossier_record.linked_codes is 'Other codes the row names for the same dossier.';
comment on column core.dossier_record.agency_id is
    'The agency valid at the receipt date; unknown where what was stated cannot be resolved.';
comment on column core.dossier_record.procedure_family is
    'First 8 characters of the procedure code; unknown where none is stated.';
comment on column core.dossier_record.receipt_date is 'Calendar date of receipt in the province''s time zone.';
comment on column core.dossier_record.receipt_month is
    'First day of the month of receipt; null in the named cell "no receipt date".';
comment on column core.dossier_record.status is 'National status 1-10; null where unmapped.';
comment on column core.dossier_record.channel is 'direct, online or post; null where unmapped.';
comment on column core.dossier_record.online_payment is 'none, national or provincial gateway; null where not stated.';
comment on column core.dossier_record.is_removed is
    'Deleted at the source but still shown there: evidence, never counted.';
comment on column core.dossier_record.has_digitised_parts is
    'Whether components were digitised; null where not stated.';
comment on column core.dossier_record.submitted_at is 'When the applicant submitted it.';
comment on column core.dossier_record.received_at is 'When it was received (NgayTiepNhan, acceptedDate).';
comment on column core.dossier_record.due_at is 'When the result is due.';
comment on column core.dossier_record.finished_at is 'When handling ended.';
comment on column core.dossier_record.returned_at is 'When the result was returned.';
comment on column core.dossier_record.updated_at is 'When the source last changed it, by the source''s word.';
comment on column core.dossier_record.procedure_code is 'The procedure code as stated.';
comment on column core.dossier_record.field_code is 'The field code as stated.';
comment on column core.dossier_record.agency_code is 'The agency code as stated.';
comment on column core.dossier_record.agency_name is 'The agency name as stated.';
comment on column core.dossier_record.agency_ref is 'The source''s internal agency id.';
comment on column core.dossier_record.channel_code is 'The channel as stated.';
comment on column core.dossier_record.status_code is 'The status as stated.';
comment on column core.dossier_record.online_payment_code is 'The online-payment code as stated.';
comment on column core.dossier_record.fingerprint is
    'Version 1: hash_record_extended over all stated and mapped fields; picks candidates, the exact comparison '
    'decides.';

-- What a retention must not take away.
create table core.first_seen (
    source_id text not null,
    record_id text not null,
    night date not null,
    primary key (source_id, record_id)
);
comment on table core.first_seen is
    'Since when a record of the province was shown, where history of it was cut. Grain: source, record.';
comment on column core.first_seen.source_id is 'The source.';
comment on column core.first_seen.record_id is 'The record.';
comment on column core.first_seen.night is 'The first night on which it was shown.';

-- Kept by triggers, whoever changes rows, so that a night need not count millions because a few changed.
create table core.listed_cell (
    source_id text not null,
    agency_id text not null,
    procedure_family text not null,
    receipt_month date,
    current_rows bigint not null,
    dossiers bigint not null,
    ranked_rows bigint not null,
    kept_rows bigint not null,
    unique nulls not distinct (source_id, agency_id, procedure_family, receipt_month)
);
create index listed_cell_empty on core.listed_cell (source_id) where current_rows = 0;
comment on table core.listed_cell is
    'How many current rows of core.dossier_record a source has in each cell: kept by triggers as rows come and go, '
    'counted anew whenever a night looks at all. Grain: source, agency, procedure family, month of receipt.';
comment on column core.listed_cell.source_id is 'The source.';
comment on column core.listed_cell.agency_id is 'The agency, "unknown" included.';
comment on column core.listed_cell.procedure_family is 'The procedure family, "unknown" included.';
comment on column core.listed_cell.receipt_month is
    'First day of the month of receipt; null in the cell of those without a receipt date.';
comment on column core.listed_cell.current_rows is 'Current rows.';
comment on column core.listed_cell.dossiers is 'Of them those that stand for a dossier (duplicate_rank = 1).';
comment on column core.listed_cell.ranked_rows is
    'Of them those that stand for a dossier or are a further row of one (duplicate_rank > 0).';
comment on column core.listed_cell.kept_rows is 'Of them those that the source has not marked as removed.';

create table core.identity_link (
    source_id text not null,
    record_id text not null,
    code text not null,
    other_code text not null,
    link_kind text not null check (link_kind in ('named', 'renamed')),
    first_night date not null,
    primary key (source_id, record_id, code, other_code)
);
create index identity_link_other_code on core.identity_link (other_code);
create index identity_link_code on core.identity_link (code);
comment on table core.identity_link is
    'Append-only: a record that stood under one code named another, or changed its own. The dossier is the '
    'connected component.';
comment on column core.identity_link.source_id is 'The source whose record says so.';
comment on column core.identity_link.record_id is 'The record that says so.';
comment on column core.identity_link.code is 'The code under which the record stood.';
comment on column core.identity_link.other_code is 'The code it named, or stood under before.';
comment on column core.identity_link.link_kind is
    'named (the row names another code) or renamed (the row''s own code changed).';
comment on column core.identity_link.first_night is 'The night on which we learned it.';

create table core.identity_conflict (
    source_id text not null,
    other_code text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    claimants integer not null,
    primary key (source_id, other_code, from_night)
);
comment on table core.identity_conflict is
    'A code that several dossiers of one source claim: its links merge nothing until one claimant is left.';
comment on column core.identity_conflict.source_id is 'The source in which the claims contradict each other.';
comment on column core.identity_conflict.other_code is 'The code that is claimed more than once.';
comment on column core.identity_conflict.from_night is 'First night of the contradiction.';
comment on column core.identity_conflict.to_night is 'First night without it; infinity while it stands.';
comment on column core.identity_conflict.claimants is 'How many different own codes claim it.';

-- What a night changed, so that the night's comparison needs to look at nothing else.
create table core.touched_night (
    night date primary key,
    is_whole boolean not null,
    rules text not null
);
comment on table core.touched_night is
    'How records were joined into dossiers that night: anew as a whole, or where something changed. Grain: night '
    'since the last comparison.';
comment on column core.touched_night.night is 'The night.';
comment on column core.touched_night.is_whole is
    'Whether all that is held was looked at; else what core.touched names.';
comment on column core.touched_night.rules is
    'Names the rules that were in force and the systems that they joined (doisoat.warehouse.touched).';

create table core.touched (
    night date not null,
    code text not null,
    primary key (night, code)
);
comment on table core.touched is
    'Codes that are linked, however remotely, with a record that changed that night: each dossier that may have '
    'changed is one of them. Grain: night since the last comparison, code.';
comment on column core.touched.night is 'The night.';
comment on column core.touched.code is 'A code, as in core.identity_link; a dossier_id is one too.';

create table core.control_total (
    source_id text not null,
    measure text not null,
    period_kind text not null check (period_kind in ('all', 'month', 'quarter', 'year', 'undated')),
    period_start date not null,
    agency_key text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    value bigint,
    agency_id text,
    includes_children boolean,
    flags text[] not null default '{}',
    primary key (source_id, measure, period_kind, period_start, agency_key, from_night)
);
comment on table core.control_total is
    'Counts as the sources declare them, at their own grain and under their own names, as ranges of nights.';
comment on column core.control_total.source_id is 'The source that declares it.';
comment on column core.control_total.measure is
    'What is counted: dossiers, dossiers_not_removed, or the source''s own name of the measure.';
comment on column core.control_total.period_kind is
    'all, month, quarter, year, or undated (the named cell "no receipt date").';
comment on column core.control_total.period_start is
    'First day of the period; -infinity where the period is all or undated.';
comment on column core.control_total.agency_key is
    'The agency as stated (code, internal id or name); empty for the whole province.';
comment on column core.control_total.from_night is 'First night on which it was declared so.';
comment on column core.control_total.to_night is 'First night on which it no longer was.';
comment on column core.control_total.value is 'The count; null where the source says that it has none.';
comment on column core.control_total.agency_id is
    'The agency it resolves to; null for the whole province, unknown where it cannot be resolved.';
comment on column core.control_total.includes_children is
    'Whether the number of a parent holds its children''s; null where unknown or meaningless.';
comment on column core.control_total.flags is 'The source''s own data-quality flags.';

create table core.look_up (
    source_id text not null,
    code text not null,
    night date not null,
    is_held boolean not null,
    looked_up_at timestamptz not null,
    primary key (source_id, code, night)
);
comment on table core.look_up is
    'What a source said when it was asked for one dossier by its code. Append-only; the latest night counts. Grain: '
    'source, code, night.';
comment on column core.look_up.source_id is 'The source that was asked.';
comment on column core.look_up.code is 'The code that was asked for.';
comment on column core.look_up.night is 'The night on which it was asked.';
comment on column core.look_up.is_held is 'Whether the source holds a dossier under this code.';
comment on column core.look_up.looked_up_at is 'The source''s clock when it answered.';

create table core.catalogue_entry (
    source_id text not null,
    catalogue text not null check (catalogue in ('procedure', 'agency', 'field')),
    code text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    name text,
    parent_code text,
    level text,
    primary key (source_id, catalogue, code, from_night)
);
comment on table core.catalogue_entry is
    'The catalogues that sources keep, as ranges of days. Grain: source, catalogue, code, range of days.';
comment on column core.catalogue_entry.source_id is 'The source.';
comment on column core.catalogue_entry.catalogue is 'procedure, agency or field.';
comment on column core.catalogue_entry.code is 'The code as stated there.';
comment on column core.catalogue_entry.from_night is 'First day on which the catalogue was read so.';
comment on column core.catalogue_entry.to_night is 'First day on which it no longer was; infinity while it is.';
comment on column core.catalogue_entry.name is 'The name as stated, in NFC; null where none is.';
comment on column core.catalogue_entry.parent_code is
    'Of a procedure its field, of a field its sector, of an agency the one above; null where not stated.';
comment on column core.catalogue_entry.level is 'Of an agency, as stated.';
