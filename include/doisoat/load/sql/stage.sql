-- The landing of one source, as decoded. One source at a time: the caller holds the warehouse's lock.
drop table if exists raw.landing, raw.landing_repeat, raw.landing_stated, raw.landing_agency, raw.landing_record,
raw.mapped_agency, raw.landing_successor cascade;
create unlogged table raw.landing (
    record_id text, dossier_code text, linked_codes text[], procedure_code text, field_code text, agency_code text,
    agency_name text, agency_ref text, parent_agency_code text, agency_level text, channel_code text,
    status_code text, online_payment_code text, submitted_at timestamptz, received_at timestamptz,
    due_at timestamptz, finished_at timestamptz, returned_at timestamptz, updated_at timestamptz,
    has_digitised_parts boolean, is_removed boolean,
    -- of rows that were read in part: what was not, where the row stood, and the month by the source's own filter
    unread text[], position text, asked_month date, is_identified boolean not null default true
);
