create view mart_history.finding as
select
    night,
    revision,
    is_standing,
    is_latest,
    gap_id,
    pair,
    dossier_id,
    kind,
    detail,
    is_difference,
    standing,
    evidence,
    national_value,
    provincial_value,
    ministry_value,
    national_codes,
    provincial_codes,
    ministry_codes,
    national_record_id,
    provincial_record_id,
    ministry_record_id,
    ministry_source_id,
    is_removed_provincially,
    cause,
    basis,
    agency_id,
    owner_id,
    procedure_family,
    channel,
    receipt_date,
    since_night,
    opened_on,
    reopened_on,
    next_review_on
from archive.any_finding_of_night where revision > 0;

create view mart.finding as
select
    night,
    is_latest,
    gap_id,
    pair,
    dossier_id,
    kind,
    detail,
    is_difference,
    standing,
    evidence,
    national_value,
    provincial_value,
    ministry_value,
    national_codes,
    provincial_codes,
    ministry_codes,
    national_record_id,
    provincial_record_id,
    ministry_record_id,
    ministry_source_id,
    is_removed_provincially,
    cause,
    basis,
    agency_id,
    owner_id,
    procedure_family,
    channel,
    receipt_date,
    since_night,
    opened_on,
    reopened_on,
    next_review_on
from mart_history.finding where is_standing;
comment on view mart.finding is 'Everything that differs, dossier by dossier, whether it is a gap or not yet one (standing). Grain: night, pair, dossier, kind, detail.';
comment on column mart.finding.night is 'The published night.';
comment on column mart.finding.is_latest is 'True for the night to read by default.';
comment on column mart.finding.gap_id is 'The key of a gap, in one column: pair, dossier_id, kind and detail; the same in mart.gap, mart.gap_event, mart.fact_sync_gap, mart.finding and on the lists that units get.';
comment on column mart.finding.pair is 'The two sides compared: national_provincial, ministry_provincial or ministry_national.';
comment on column mart.finding.dossier_id is 'The dossier, as it was known that night: the first of its codes in sort order.';
comment on column mart.finding.kind is 'What differs: who holds it (national_only, provincial_only, ministry_only, undetermined), an attribute (agency, procedure, status, receipt_date, due_date, finish_date), or a row too many (extra_national_row, extra_provincial_row).';
comment on column mart.finding.detail is 'For an extra row its source and record; else empty.';
comment on column mart.finding.is_difference is 'Whether both sides hold the dossier and disagree on an attribute, which kind names.';
comment on column mart.finding.standing is 'gap, or why it is not a gap that night: pending, not_yet_observable, incomplete, undecided. An open gap of which a night sees too little stays open.';
comment on column mart.finding.evidence is 'What the presence is based on: listed, looked_up, receipt_time or counted_in_group; null if the dossier has no verdict.';
comment on column mart.finding.national_value is 'For an attribute: what the portal says.';
comment on column mart.finding.provincial_value is 'For an attribute: what the province says.';
comment on column mart.finding.ministry_value is 'For an attribute: what the ministry''s system says.';
comment on column mart.finding.national_codes is 'The codes under which the portal shows the dossier, with a space between two; null if it shows none.';
comment on column mart.finding.provincial_codes is 'The codes under which the province shows it, likewise.';
comment on column mart.finding.ministry_codes is 'The codes, or records, under which ministries'' systems show it, likewise.';
comment on column mart.finding.national_record_id is 'The national record.';
comment on column mart.finding.provincial_record_id is 'The provincial record.';
comment on column mart.finding.ministry_record_id is 'The ministry''s record.';
comment on column mart.finding.ministry_source_id is 'The ministry''s system it comes from.';
comment on column mart.finding.is_removed_provincially is 'Whether the province still shows a removed record of it.';
comment on column mart.finding.cause is 'Why (mart.dim_cause); null for nights before causes were recorded.';
comment on column mart.finding.basis is 'The evidence for the cause: codes, records, statuses, times and counts.';
comment on column mart.finding.agency_id is 'The agency that had the dossier at its receipt date, or unknown; for an extra row of a dossier that is otherwise alike, the row''s own.';
comment on column mart.finding.owner_id is 'The agency that has to act that night: agency_id or its only successor, else the nearest above it for which that can be decided, else unknown.';
comment on column mart.finding.procedure_family is 'The procedure family, or unknown.';
comment on column mart.finding.channel is 'How it was submitted (direct, online, post), as the province says, else the portal.';
comment on column mart.finding.receipt_date is 'The receipt date; null if no side states one.';
comment on column mart.finding.since_night is 'First night on which it differed exactly like this: values and standing, whatever its codes or cause.';
comment on column mart.finding.opened_on is 'The night that first saw the gap; null for what is not a gap.';
comment on column mart.finding.reopened_on is 'The night on which it last reappeared after it had been resolved; null if it never did.';
comment on column mart.finding.next_review_on is 'The first night on which it is a gap if nothing else changes and both sides are completely known by then; null if time alone changes nothing.';

create view mart_history.fact_sync_gap as
select
    night,
    revision,
    is_standing,
    is_latest,
    gap_id,
    pair,
    dossier_id,
    kind,
    detail,
    cause,
    agency_id,
    owner_id,
    procedure_family,
    channel,
    receipt_date,
    opened_on,
    days_since_receipt,
    days_since_opened
from archive.any_finding_of_night where revision > 0 and opened_on is not null;

create view mart.fact_sync_gap as
select
    night,
    is_latest,
    gap_id,
    pair,
    dossier_id,
    kind,
    detail,
    cause,
    agency_id,
    owner_id,
    procedure_family,
    channel,
    receipt_date,
    opened_on,
    days_since_receipt,
    days_since_opened
from mart_history.fact_sync_gap where is_standing;
comment on view mart.fact_sync_gap is 'The open gaps of a night by key and dimension, to count and to average; mart.gap says the same in words. Grain: night, gap_id.';
comment on column mart.fact_sync_gap.night is 'The published night.';
comment on column mart.fact_sync_gap.is_latest is 'True for the night to read by default.';
comment on column mart.fact_sync_gap.gap_id is 'The key of a gap, in one column: pair, dossier_id, kind and detail; the same in mart.gap, mart.gap_event, mart.fact_sync_gap, mart.finding and on the lists that units get.';
comment on column mart.fact_sync_gap.pair is 'The two sides compared: national_provincial, ministry_provincial or ministry_national.';
comment on column mart.fact_sync_gap.dossier_id is 'The dossier, as it was known that night: the first of its codes in sort order.';
comment on column mart.fact_sync_gap.kind is 'What differs: who holds it (national_only, provincial_only, ministry_only, undetermined), an attribute (agency, procedure, status, receipt_date, due_date, finish_date), or a row too many (extra_national_row, extra_provincial_row).';
comment on column mart.fact_sync_gap.detail is 'For an extra row its source and record; else empty.';
comment on column mart.fact_sync_gap.cause is 'Why (mart.dim_cause); null for nights before causes were recorded.';
comment on column mart.fact_sync_gap.agency_id is 'The agency that had the dossier at its receipt date, or unknown; for an extra row of a dossier that is otherwise alike, the row''s own.';
comment on column mart.fact_sync_gap.owner_id is 'The agency that has to act that night: agency_id or its only successor, else the nearest above it for which that can be decided, else unknown.';
comment on column mart.fact_sync_gap.procedure_family is 'The procedure family, or unknown.';
comment on column mart.fact_sync_gap.channel is 'How it was submitted (direct, online, post), as the province says, else the portal.';
comment on column mart.fact_sync_gap.receipt_date is 'The receipt date; null if no side states one.';
comment on column mart.fact_sync_gap.opened_on is 'The night that first saw the gap; null for what is not a gap.';
comment on column mart.fact_sync_gap.days_since_receipt is 'Days from the receipt of the dossier to the night: how long it has waited; null without a receipt date.';
comment on column mart.fact_sync_gap.days_since_opened is 'Days from the night that first saw the gap to this night.';
