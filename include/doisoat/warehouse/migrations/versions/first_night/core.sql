-- What the sources said, as ranges of nights: a row holds on every night with from_night <= night < to_night.

create table core.source (
    source_id text primary key,
    source_kind text not null,
    side text not null check (side in ('provincial', 'national', 'ministry')),
    has_listing boolean not null,
    has_counts boolean not null,
    is_keyed_by_code boolean not null,
    is_enabled boolean not null
);
comment on table core.source is 'One row a system that we read, as the province file names it.';
comment on column core.source.source_id is 'Name of the source: province file, connection id and module name agree.';
comment on column core.source.source_kind is 'The connector that reads it.';
comment on column core.source.side is 'Whose knowledge it shows: provincial, national or ministry.';
comment on column core.source.has_listing is 'Whether it can list records; only such sources take part in presence.';
comment on column core.source.has_counts is 'Whether it declares control totals.';
comment on column core.source.is_keyed_by_code is 'True where the source has no record key of its own and the loader makes one from the code.';
comment on column core.source.is_enabled is 'Whether the province file names it now; a source that was taken out keeps its history.';

create table core.agency (
    agency_id text not null,
    valid_from date not null,
    valid_to date not null default 'infinity',
    code text,
    old_code text,
    name text not null,
    name_key text not null,
    level text,
    parent_id text,
    origin text not null,
    primary key (agency_id, valid_from)
);
comment on table core.agency is 'Agencies, dated: reference data of the province, and agencies learned from the provincial system itself.';
comment on column core.agency.agency_id is 'Our stable id of the agency.';
comment on column core.agency.valid_from is 'First day on which it existed in this form.';
comment on column core.agency.valid_to is 'First day on which it no longer did; infinity while it does.';
comment on column core.agency.code is 'Its national id since 2020, e.g. H37.20.';
comment on column core.agency.old_code is 'Its id before, e.g. 000.00.20.H37.';
comment on column core.agency.name is 'Vietnamese name.';
comment on column core.agency.name_key is 'The name in NFC, lower case, single spaces: what a stated name is compared with.';
comment on column core.agency.level is 'province, department, district or commune; null where unknown.';
comment on column core.agency.parent_id is 'agency_id one level up.';
comment on column core.agency.origin is 'reference (the province''s file) or the source_id that taught it to us.';

create table core.procedure (
    procedure_family text primary key,
    procedure_code text,
    name text,
    field_code text,
    field_name text,
    origin text not null
);
comment on table core.procedure is 'Administrative procedures by family (first 8 characters of the code).';
comment on column core.procedure.procedure_family is 'First 8 characters of the procedure code: variants with suffixes are one family.';
comment on column core.procedure.procedure_code is 'The code as the reference states it.';
comment on column core.procedure.name is 'Vietnamese name; null where only a code was seen.';
comment on column core.procedure.field_code is 'Code of its field (lĩnh vực).';
comment on column core.procedure.field_name is 'Name of its field.';
comment on column core.procedure.origin is 'reference, or the source_id that taught it to us.';

create table core.code_map (
    source_id text not null,
    kind text not null check (kind in ('status', 'channel', 'online_payment')),
    source_value text not null,
    valid_from date not null,
    valid_to date not null default 'infinity',
    value text not null,
    primary key (source_id, kind, source_value, valid_from)
);
comment on table core.code_map is 'Dated maps from a source''s own values to ours, from the province file; what is not in it is unknown.';
comment on column core.code_map.source_id is 'The source whose words these are.';
comment on column core.code_map.kind is 'status, channel or online_payment.';
comment on column core.code_map.source_value is 'The source''s own value.';
comment on column core.code_map.valid_from is 'First night for which the map holds.';
comment on column core.code_map.valid_to is 'First night for which it no longer holds.';
comment on column core.code_map.value is 'Our value: national status 1-10; direct, online or post; none, national or provincial.';

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
    check (from_night < to_night)
) partition by list (source_id);
comment on table core.dossier_record is 'One source''s row about one dossier, as known from from_night until before to_night. Grain: source, record, range of nights.';
comment on column core.dossier_record.source_id is 'The source that said so.';
comment on column core.dossier_record.record_id is 'The source''s own immutable key; made from the code and a rank where the source has none.';
comment on column core.dossier_record.from_night is 'First night on which the row held.';
comment on column core.dossier_record.to_night is 'First night on which it no longer held; infinity while it does.';
comment on column core.dossier_record.dossier_id is 'The dossier this record belongs to: the least code of its connected component, as known now.';
comment on column core.dossier_record.duplicate_rank is '1 for the row that stands for the dossier on its side, 2 and up for extra rows, 0 for removed rows.';
comment on column core.dossier_record.dossier_code is 'The code under which the source holds the dossier.';
comment on column core.dossier_record.linked_codes is 'Other codes the row names for the same dossier.';
comment on column core.dossier_record.agency_id is 'The agency valid at the receipt date; unknown where what was stated cannot be resolved.';
comment on column core.dossier_record.procedure_family is 'First 8 characters of the procedure code; unknown where none is stated.';
comment on column core.dossier_record.receipt_date is 'Calendar date of receipt in the province''s time zone.';
comment on column core.dossier_record.receipt_month is 'First day of the month of receipt; null in the named cell "no receipt date".';
comment on column core.dossier_record.status is 'National status 1-10; null where unmapped.';
comment on column core.dossier_record.channel is 'direct, online or post; null where unmapped.';
comment on column core.dossier_record.online_payment is 'none, national or provincial gateway; null where not stated.';
comment on column core.dossier_record.is_removed is 'Deleted at the source but still shown there: evidence, never counted.';
comment on column core.dossier_record.has_digitised_parts is 'Whether components were digitised; null where not stated.';
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
comment on column core.dossier_record.fingerprint is 'Version 1: hash_record_extended over all stated and mapped fields; picks candidates, the exact comparison decides.';

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
comment on table core.identity_link is 'Append-only: a record that stood under one code named another, or changed its own. The dossier is the connected component.';
comment on column core.identity_link.source_id is 'The source whose record says so.';
comment on column core.identity_link.record_id is 'The record that says so.';
comment on column core.identity_link.code is 'The code under which the record stood.';
comment on column core.identity_link.other_code is 'The code it named, or stood under before.';
comment on column core.identity_link.link_kind is 'named (the row names another code) or renamed (the row''s own code changed).';
comment on column core.identity_link.first_night is 'The night on which we learned it.';

create table core.identity_conflict (
    source_id text not null,
    other_code text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    claimants integer not null,
    primary key (source_id, other_code, from_night)
);
comment on table core.identity_conflict is 'A code that several dossiers of one source claim: its links merge nothing until one claimant is left.';
comment on column core.identity_conflict.source_id is 'The source in which the claims contradict each other.';
comment on column core.identity_conflict.other_code is 'The code that is claimed more than once.';
comment on column core.identity_conflict.from_night is 'First night of the contradiction.';
comment on column core.identity_conflict.to_night is 'First night without it; infinity while it stands.';
comment on column core.identity_conflict.claimants is 'How many different own codes claim it.';

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
comment on table core.control_total is 'Counts as the sources declare them, at their own grain and under their own names, as ranges of nights.';
comment on column core.control_total.source_id is 'The source that declares it.';
comment on column core.control_total.measure is 'What is counted: dossiers, dossiers_not_removed, or the source''s own name of the measure.';
comment on column core.control_total.period_kind is 'all, month, quarter, year, or undated (the named cell "no receipt date").';
comment on column core.control_total.period_start is 'First day of the period; -infinity where the period is all or undated.';
comment on column core.control_total.agency_key is 'The agency as stated (code, internal id or name); empty for the whole province.';
comment on column core.control_total.from_night is 'First night on which it was declared so.';
comment on column core.control_total.to_night is 'First night on which it no longer was.';
comment on column core.control_total.value is 'The count; null where the source says that it has none.';
comment on column core.control_total.agency_id is 'The agency it resolves to; null for the whole province, unknown where it cannot be resolved.';
comment on column core.control_total.includes_children is 'Whether the number of a parent holds its children''s; null where unknown or meaningless.';
comment on column core.control_total.flags is 'The source''s own data-quality flags.';
