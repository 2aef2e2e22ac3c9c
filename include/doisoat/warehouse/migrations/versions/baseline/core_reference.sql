-- What we were told beforehand: systems, agencies, procedures, maps, calendars, and the rules that the code states.

create table core.source (
    source_id text primary key,
    source_kind text not null,
    side text not null check (side in ('provincial', 'national', 'ministry')),
    has_listing boolean not null,
    has_counts boolean not null,
    is_keyed_by_code boolean not null,
    is_enabled boolean not null,
    has_look_ups boolean not null default false,
    has_catalogue boolean not null default false,
    procedure_families text[] not null default '{}',
    allowed_lag interval
);
comment on table core.source is 'One row a system that we read, as the province file names it.';
comment on column core.source.source_id is 'Name of the source: province file, connection id and module name agree.';
comment on column core.source.source_kind is 'The connector that reads it.';
comment on column core.source.side is 'Whose knowledge it shows: provincial, national or ministry.';
comment on column core.source.has_listing is 'Whether it can list records; only such sources take part in presence.';
comment on column core.source.has_counts is 'Whether it declares control totals.';
comment on column core.source.is_keyed_by_code is
    'True where the source has no record key of its own and the loader makes one from the code.';
comment on column core.source.is_enabled is
    'Whether the province file names it now; a source that was taken out keeps its history.';
comment on column core.source.has_look_ups is 'Whether it can be asked for one dossier by its code.';
comment on column core.source.has_catalogue is 'Whether it keeps catalogues of procedures, agencies and fields.';
comment on column core.source.procedure_families is
    'Of a ministry''s system: the procedure families that it handles, so that a dossier of the province in one of '
    'them should be there.';
comment on column core.source.allowed_lag is
    'How long a dossier may take between this system and the province before it is a gap; null: as for the portal.';

create table core.source_owner (
    source_id text not null,
    valid_from date not null,
    valid_to date not null default 'infinity',
    owner_name text not null,
    primary key (source_id, valid_from)
);
comment on table core.source_owner is
    'Who runs a system, dated: ministries'' systems change hands. Grain: source, range of days.';
comment on column core.source_owner.source_id is 'The system.';
comment on column core.source_owner.valid_from is 'First day on which this body ran it.';
comment on column core.source_owner.valid_to is 'First day on which it no longer did; infinity while it does.';
comment on column core.source_owner.owner_name is 'The body, in Vietnamese.';

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
    first_night date,
    primary key (agency_id, valid_from)
);
comment on table core.agency is
    'Agencies, dated: reference data of the province, and agencies learned from the provincial system itself.';
comment on column core.agency.agency_id is 'Our stable id of the agency.';
comment on column core.agency.valid_from is 'First day on which it existed in this form.';
comment on column core.agency.valid_to is 'First day on which it no longer did; infinity while it does.';
comment on column core.agency.code is 'Its national id since 2020, e.g. H37.20.';
comment on column core.agency.old_code is 'Its id before, e.g. 000.00.20.H37.';
comment on column core.agency.name is 'Vietnamese name.';
comment on column core.agency.name_key is
    'The name in NFC, lower case, single spaces: what a stated name is compared with.';
comment on column core.agency.level is 'province, department, district or commune; null where unknown.';
comment on column core.agency.parent_id is 'agency_id one level up.';
comment on column core.agency.origin is 'reference (the province''s file) or the source_id that taught it to us.';
comment on column core.agency.first_night is
    'Night on which a source taught us the agency; null where the reference states it, or where it was learned '
    'before this was kept.';

create table core.succession (
    agency_id text not null,
    successor_id text not null,
    since date not null,
    primary key (agency_id, successor_id),
    check (agency_id <> successor_id)
);
comment on table core.succession is
    'Which agency took over from which, as the province''s reference states it. Grain: agency, successor.';
comment on column core.succession.agency_id is 'The agency that was there before.';
comment on column core.succession.successor_id is 'An agency that took over from it, or from a part of it.';
comment on column core.succession.since is 'First day on which it had.';

create table core.procedure (
    procedure_family text primary key,
    procedure_code text,
    name text,
    field_code text,
    field_name text,
    origin text not null,
    first_night date,
    legal_days integer check (legal_days > 0)
);
comment on table core.procedure is 'Administrative procedures by family (first 8 characters of the code).';
comment on column core.procedure.procedure_family is
    'First 8 characters of the procedure code: variants with suffixes are one family.';
comment on column core.procedure.procedure_code is 'The code as the reference states it.';
comment on column core.procedure.name is 'Vietnamese name; null where only a code was seen.';
comment on column core.procedure.field_code is 'Code of its field (lĩnh vực).';
comment on column core.procedure.field_name is 'Name of its field.';
comment on column core.procedure.origin is 'reference, or the source_id that taught it to us.';
comment on column core.procedure.first_night is
    'Night on which a source taught us the procedure; null where the reference states it, or where it was learned '
    'before this was kept.';
comment on column core.procedure.legal_days is
    'The most working days that the law gives for it, as the reference states; null where it does not.';

create table core.code_map (
    source_id text not null,
    kind text not null check (kind in ('status', 'channel', 'online_payment', 'procedure', 'agency')),
    source_value text not null,
    valid_from date not null,
    valid_to date not null default 'infinity',
    value text not null,
    primary key (source_id, kind, source_value, valid_from)
);
comment on table core.code_map is
    'Dated maps from a source''s own values to ours, from the province file; what is not in it is unknown.';
comment on column core.code_map.source_id is 'The source whose words these are.';
comment on column core.code_map.kind is
    'status, channel, online_payment, procedure (a source''s own kind of dossier) or agency (its own unit).';
comment on column core.code_map.source_value is 'The source''s own value.';
comment on column core.code_map.valid_from is 'First night for which the map holds.';
comment on column core.code_map.valid_to is 'First night for which it no longer holds.';
comment on column core.code_map.value is
    'Our value: national status 1-10; direct, online or post; none, national or provincial; a procedure code; an '
    'agency.';

create table core.working_day (
    calendar text not null,
    day date not null,
    is_working boolean not null,
    is_open boolean not null,
    number integer not null,
    primary key (calendar, day)
);
create unique index working_day_number on core.working_day (calendar, number) where is_working;
comment on table core.working_day is
    'Days as terms are counted, in the common calendar and in those of agencies that have one of their own. Grain: '
    'calendar, day.';
comment on column core.working_day.calendar is 'Empty for the common one; else the agency whose own it is.';
comment on column core.working_day.day is 'The day.';
comment on column core.working_day.is_working is
    'Whether it counts towards a term: no weekend, no holiday, no substitute day; a Saturday worked in exchange '
    'does.';
comment on column core.working_day.is_open is
    'Whether dossiers are taken: on every working day, and on the further days that the province file tells.';
comment on column core.working_day.number is
    'How many working days the calendar had up to and including this day: a term of n ends on the first day with n '
    'more.';

create table core.agency_calendar (
    agency_id text primary key,
    calendar text not null
);
comment on table core.agency_calendar is 'Which agency follows a calendar other than the common one. Grain: agency.';
comment on column core.agency_calendar.agency_id is 'The agency.';
comment on column core.agency_calendar.calendar is
    'The calendar that it follows: its own, or that of the nearest agency above it that has one.';

create table core.calendar_rules (fingerprint text primary key);
comment on table core.calendar_rules is
    'By which rules core.working_day was written: where they are the same, it is not written again. Grain: one row.';
comment on column core.calendar_rules.fingerprint is
    'SHA-256 of the province file''s working_days, the agencies that they concern, and the edition of the national '
    'calendar.';

create table core.cause_rule (
    cause text primary key,
    place integer not null,
    label text not null,
    blames text not null check (blames in ('province', 'portal', 'ministry', 'nobody')),
    is_decided boolean not null,
    needs text not null,
    action text not null
);
comment on table core.cause_rule is
    'The causes, in the order in which their rules are asked (docs/generated/causes.md). Grain: cause.';
comment on column core.cause_rule.cause is 'Its name.';
comment on column core.cause_rule.place is 'Its place in the order; the first rule whose evidence is there wins.';
comment on column core.cause_rule.label is 'Its name in Vietnamese.';
comment on column core.cause_rule.blames is 'The side at fault: province, portal, ministry or nobody.';
comment on column core.cause_rule.is_decided is
    'False where it names what is seen, while the evidence leaves open what made it so.';
comment on column core.cause_rule.needs is 'The evidence without which it is not claimed.';
comment on column core.cause_rule.action is 'What is asked for, in Vietnamese.';

create table core.indicator (
    indicator text primary key,
    place integer not null,
    code text,
    label text not null,
    formula text not null,
    legal_source text not null,
    certainty text not null check (certainty in ('V', '2', 'A')),
    valid_from date not null,
    valid_to date not null default 'infinity',
    is_in_force boolean not null,
    points numeric(5, 2),
    full_at numeric(5, 4) not null default 1 check (full_at > 0 and full_at <= 1)
);
comment on table core.indicator is
    'The formulas, named and dated: what is computed, on what legal ground, and which of rival readings is in force '
    'here. Grain: indicator.';
comment on column core.indicator.indicator is 'Its name.';
comment on column core.indicator.place is 'In which order they are shown.';
comment on column core.indicator.code is 'The number of the indicator in the decision, as 1.4.';
comment on column core.indicator.label is 'Its name in Vietnamese.';
comment on column core.indicator.formula is 'The formula in words.';
comment on column core.indicator.legal_source is 'Where it is from.';
comment on column core.indicator.certainty is
    'V seen in working software or on a public page, 2 second-hand, A our reading.';
comment on column core.indicator.valid_from is 'First day on which the source applies.';
comment on column core.indicator.valid_to is 'First day on which it no longer does.';
comment on column core.indicator.is_in_force is
    'Whether the province''s file takes this reading for the one that counts.';
comment on column core.indicator.points is 'The most points that it gives; null where it gives none by itself.';
comment on column core.indicator.full_at is 'From which ratio on all points are given; below it, in proportion.';
