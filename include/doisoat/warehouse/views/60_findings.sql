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

call pg_temp.show_standing('finding');
comment on view mart.finding is 'Everything that differs, dossier by dossier, whether it is a gap or not yet one (standing). Grain: night, pair, dossier, kind, detail.';
comment on column mart.finding.evidence is 'What the presence is based on: listed, looked_up, receipt_time or counted_in_group; null if the dossier has no verdict.';
comment on column mart.finding.national_record_id is 'The national record.';
comment on column mart.finding.provincial_record_id is 'The provincial record.';
comment on column mart.finding.ministry_record_id is 'The ministry''s record.';
comment on column mart.finding.is_removed_provincially is 'Whether the province still shows a removed record of it.';
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

call pg_temp.show_standing('fact_sync_gap');
comment on view mart.fact_sync_gap is 'The open gaps of a night by key and dimension, to count and to average; mart.gap says the same in words. Grain: night, gap_id.';
