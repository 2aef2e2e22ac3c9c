create view mart_history.gap as
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
    national_value,
    provincial_value,
    ministry_value,
    national_codes,
    provincial_codes,
    ministry_codes,
    ministry_source_id,
    cause,
    cause_label,
    blames,
    action,
    basis,
    agency_id,
    agency_name,
    owner_id,
    owner_name,
    procedure_family,
    procedure_name,
    channel,
    receipt_date,
    since_night,
    opened_on,
    reopened_on,
    days_since_receipt,
    days_since_opened,
    state,
    state_reason,
    state_by,
    state_since,
    expires_on,
    last_answer,
    last_answer_reason,
    last_answer_by,
    last_answer_on
from archive.any_finding_of_night where revision > 0 and opened_on is not null;

call pg_temp.show_standing('gap');
comment on view mart.gap is 'The open gaps of a night: what differs, why, what has to be done by whom, how old it is and what was said of it. Grain: night, gap_id.';
comment on column mart.gap.night is 'The published night.';
comment on column mart.gap.is_latest is 'True for the night to read by default.';
comment on column mart.gap.gap_id is 'The key of a gap, in one column: pair, dossier_id, kind and detail; the same in mart.gap, mart.gap_event, mart.fact_sync_gap, mart.finding and on the lists that units get.';
comment on column mart.gap.pair is 'The two sides compared: national_provincial, ministry_provincial or ministry_national.';
comment on column mart.gap.dossier_id is 'The dossier, as it was known that night: the first of its codes in sort order.';
comment on column mart.gap.kind is 'What differs: who holds it (national_only, provincial_only, ministry_only, undetermined), an attribute (agency, procedure, status, receipt_date, due_date, finish_date), or a row too many (extra_national_row, extra_provincial_row).';
comment on column mart.gap.detail is 'For an extra row its source and record; else empty.';
comment on column mart.gap.is_difference is 'Whether both sides hold the dossier and disagree on an attribute, which kind names.';
comment on column mart.gap.standing is 'gap, or why it is not a gap that night: pending, not_yet_observable, incomplete, undecided. An open gap of which a night sees too little stays open.';
comment on column mart.gap.national_value is 'For an attribute: what the portal says.';
comment on column mart.gap.provincial_value is 'For an attribute: what the province says.';
comment on column mart.gap.ministry_value is 'For an attribute: what the ministry''s system says.';
comment on column mart.gap.national_codes is 'The codes under which the portal shows the dossier, with a space between two; null if it shows none.';
comment on column mart.gap.provincial_codes is 'The codes under which the province shows it, likewise.';
comment on column mart.gap.ministry_codes is 'The codes, or records, under which ministries'' systems show it, likewise.';
comment on column mart.gap.ministry_source_id is 'The ministry''s system it comes from.';
comment on column mart.gap.cause is 'Why (mart.dim_cause); null for nights before causes were recorded.';
comment on column mart.gap.cause_label is 'The same in Vietnamese.';
comment on column mart.gap.blames is 'The side at fault: province, portal, ministry or nobody.';
comment on column mart.gap.action is 'What has to be done, in Vietnamese.';
comment on column mart.gap.basis is 'The evidence for the cause: codes, records, statuses, times and counts.';
comment on column mart.gap.agency_id is 'The agency that had the dossier at its receipt date, or unknown; for an extra row of a dossier that is otherwise alike, the row''s own.';
comment on column mart.gap.agency_name is 'Its latest name.';
comment on column mart.gap.owner_id is 'The agency that has to act that night: agency_id or its only successor, else the nearest above it for which that can be decided, else unknown.';
comment on column mart.gap.owner_name is 'Its latest name.';
comment on column mart.gap.procedure_family is 'The procedure family, or unknown.';
comment on column mart.gap.procedure_name is 'The name of the procedure; null if only a code was seen.';
comment on column mart.gap.channel is 'How it was submitted (direct, online, post), as the province says, else the portal.';
comment on column mart.gap.receipt_date is 'The receipt date; null if no side states one.';
comment on column mart.gap.since_night is 'First night on which it differed exactly like this: values and standing, whatever its codes or cause.';
comment on column mart.gap.opened_on is 'The night that first saw the gap; null for what is not a gap.';
comment on column mart.gap.reopened_on is 'The night on which it last reappeared after it had been resolved; null if it never did.';
comment on column mart.gap.days_since_receipt is 'Days from the receipt of the dossier to the night: how long it has waited; null without a receipt date.';
comment on column mart.gap.days_since_opened is 'Days from the night that first saw the gap to this night.';
comment on column mart.gap.state is 'open, acknowledged, done, in_progress or disputed (as its unit answered), accepted (known, until it expires), acceptance_expired, or acceptance_outdated (the cause or its evidence is no longer the accepted one).';
comment on column mart.gap.state_reason is 'Why, in the words of the person who decided.';
comment on column mart.gap.state_by is 'Who decided.';
comment on column mart.gap.state_since is 'The night of that decision.';
comment on column mart.gap.expires_on is 'For an acceptance: the first night on which the gap reopens.';
comment on column mart.gap.last_answer is 'What its unit last answered since the gap was opened or reopened, whatever was decided later; null if it has not.';
comment on column mart.gap.last_answer_reason is 'Why, in its words.';
comment on column mart.gap.last_answer_by is 'Which unit, or who took the answer in.';
comment on column mart.gap.last_answer_on is 'The night of that answer.';

create view mart_history.gap_event as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    e.pair || ' | ' || e.dossier_id || ' | ' || e.kind || ' | ' || e.detail as gap_id,
    e.pair,
    e.dossier_id,
    e.kind,
    e.detail,
    e.event,
    e.cause,
    e.cause_before,
    e.how,
    e.other_dossier_id,
    e.basis
from mart.night_revision n
join archive.any_gap_event e on e.archive_id = n.archive_id and e.night = n.night;

call pg_temp.show_standing('gap_event');
comment on view mart.gap_event is 'What happened to gaps: the log. Grain: night, pair, dossier, kind, detail, event.';
comment on column mart.gap_event.night is 'The published night on which it happened.';
comment on column mart.gap_event.gap_id is 'The key of the gap, as in mart.gap on that night.';
comment on column mart.gap_event.pair is 'The two sides compared.';
comment on column mart.gap_event.dossier_id is 'The dossier, as it was known that night.';
comment on column mart.gap_event.kind is 'As in mart.gap.';
comment on column mart.gap_event.detail is 'As in mart.gap.';
comment on column mart.gap_event.event is 'opened, reopened, cause_changed, resolved or merged.';
comment on column mart.gap_event.cause is 'The cause that night; for a resolved gap, its last one.';
comment on column mart.gap_event.cause_before is 'For a changed cause: the previous one.';
comment on column mart.gap_event.how is 'For a resolved gap: synced, withdrawn, corrected, ministry_confirmed, other_gap, in_doubt or merged.';
comment on column mart.gap_event.other_dossier_id is 'For merged: the dossier under which it continues, or from which it came.';
comment on column mart.gap_event.basis is 'The evidence for the cause on that night.';
