alter table core.source
    add column has_look_ups boolean not null default false,
    add column has_catalogue boolean not null default false,
    add column procedure_families text[] not null default '{}',
    add column allowed_lag interval;
comment on column core.source.has_look_ups is 'Whether it can be asked for one dossier by its code.';
comment on column core.source.has_catalogue is 'Whether it keeps catalogues of procedures, agencies and fields.';
comment on column core.source.procedure_families is 'Of a ministry''s system: the procedure families that it handles, so that a dossier of the province in one of them should be there.';
comment on column core.source.allowed_lag is 'How long a dossier may take between this system and the province before it is a gap; null: as for the portal.';

create table core.source_owner (
    source_id text not null,
    valid_from date not null,
    valid_to date not null default 'infinity',
    owner_name text not null,
    primary key (source_id, valid_from)
);
comment on table core.source_owner is 'Who runs a system, dated: ministries'' systems change hands. Grain: source, range of days.';
comment on column core.source_owner.source_id is 'The system.';
comment on column core.source_owner.valid_from is 'First day on which this body ran it.';
comment on column core.source_owner.valid_to is 'First day on which it no longer did; infinity while it does.';
comment on column core.source_owner.owner_name is 'The body, in Vietnamese.';

alter table core.code_map drop constraint code_map_kind_check;
alter table core.code_map add constraint code_map_kind_check
    check (kind in ('status', 'channel', 'online_payment', 'procedure', 'agency'));
comment on column core.code_map.kind is 'status, channel, online_payment, procedure (a source''s own kind of dossier) or agency (its own unit).';
comment on column core.code_map.value is 'Our value: national status 1-10; direct, online or post; none, national or provincial; a procedure code; an agency.';

create table core.look_up (
    source_id text not null,
    code text not null,
    night date not null,
    is_held boolean not null,
    looked_up_at timestamptz not null,
    primary key (source_id, code, night)
);
comment on table core.look_up is 'What a source said when it was asked for one dossier by its code. Append-only; the latest night counts. Grain: source, code, night.';
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
comment on table core.catalogue_entry is 'The catalogues that sources keep, as ranges of days. Grain: source, catalogue, code, range of days.';
comment on column core.catalogue_entry.source_id is 'The source.';
comment on column core.catalogue_entry.catalogue is 'procedure, agency or field.';
comment on column core.catalogue_entry.code is 'The code as stated there.';
comment on column core.catalogue_entry.from_night is 'First day on which the catalogue was read so.';
comment on column core.catalogue_entry.to_night is 'First day on which it no longer was; infinity while it is.';
comment on column core.catalogue_entry.name is 'The name as stated, in NFC; null where none is.';
comment on column core.catalogue_entry.parent_code is 'Of a procedure its field, of a field its sector, of an agency the one above; null where not stated.';
comment on column core.catalogue_entry.level is 'Of an agency, as stated.';
