-- One dossier: what each side said of it and when, under which codes, what was asked, what was decided. Nothing of a
-- night after the last published one: an open night may still be rolled back. Query these by dossier or by code.
create view mart.dossier_record as
select
    r.dossier_id,
    s.side,
    r.source_id,
    r.record_id,
    r.from_night,
    case when r.to_night <= last.night then r.to_night end as to_night,
    r.duplicate_rank,
    r.dossier_code,
    r.linked_codes,
    r.agency_id,
    r.procedure_family,
    r.status,
    r.channel,
    r.is_removed,
    r.receipt_date,
    r.submitted_at,
    r.received_at,
    r.due_at,
    r.finished_at,
    r.returned_at
from core.dossier_record r
join core.source s using (source_id)
cross join (select max(night) as night from ops.publication where withdrawn_at is null) last
where r.from_night <= last.night;
comment on view mart.dossier_record is 'What each side reported of a dossier, changes only, as it is held now: a night that is loaded again shows its records at once. No personal data are read. Query it by dossier_id. Grain: source, record, range of nights.';
comment on column mart.dossier_record.dossier_id is 'The dossier, as in mart.gap: the first of its codes in sort order.';
comment on column mart.dossier_record.side is 'provincial, national or ministry.';
comment on column mart.dossier_record.source_id is 'The source that reported it.';
comment on column mart.dossier_record.record_id is 'The source''s own key of the row.';
comment on column mart.dossier_record.from_night is 'First night on which it said so.';
comment on column mart.dossier_record.to_night is 'First night on which it no longer did; null while it does.';
comment on column mart.dossier_record.duplicate_rank is '1 for the row that stands for the dossier on its side, 2 and up for further rows.';
comment on column mart.dossier_record.dossier_code is 'The code under which the source holds the dossier.';
comment on column mart.dossier_record.linked_codes is 'Other codes that the row names for the same dossier.';
comment on column mart.dossier_record.agency_id is 'The agency valid at the receipt date, or unknown.';
comment on column mart.dossier_record.procedure_family is 'First 8 characters of the procedure code, or unknown.';
comment on column mart.dossier_record.status is 'National status 1 to 10; null where it is not stated or not mapped.';
comment on column mart.dossier_record.channel is 'direct, online or post; null where it is not stated.';
comment on column mart.dossier_record.is_removed is 'Deleted at the source but still shown there: evidence, never counted.';
comment on column mart.dossier_record.receipt_date is 'Calendar date of receipt.';
comment on column mart.dossier_record.submitted_at is 'When the applicant submitted it.';
comment on column mart.dossier_record.received_at is 'When it was received.';
comment on column mart.dossier_record.due_at is 'When the result is due.';
comment on column mart.dossier_record.finished_at is 'When handling ended.';
comment on column mart.dossier_record.returned_at is 'When the result was returned.';

-- A code stands in core.identity_link as soon as a record names another one for the same dossier; a dossier that nobody
-- names otherwise is its own code.
create view mart.dossier_code as
with last as (
    select max(night) as night from ops.publication where withdrawn_at is null
)
select
    l.code,
    r.dossier_id
from (
    select
        code,
        source_id,
        record_id
    from core.identity_link
    union
    select
        other_code,
        source_id,
        record_id
    from core.identity_link
) l
join core.dossier_record r on r.source_id = l.source_id and r.record_id = l.record_id
where r.from_night <= (select night from last)
union
select
    dossier_id,
    dossier_id
from core.dossier_record where from_night <= (select night from last);
comment on view mart.dossier_code is 'Every code under which a dossier is or was known. Query it by code. Grain: code, dossier.';
comment on column mart.dossier_code.code is 'The code.';
comment on column mart.dossier_code.dossier_id is 'The dossier; several rows of one code: it occurs in several.';

create view mart.look_up as
select
    l.code,
    l.source_id,
    l.night,
    l.is_held
from core.look_up l
where l.night <= (select max(night) from ops.publication where withdrawn_at is null);
comment on view mart.look_up is 'What a source answered when it was asked for one code. Query it by code. Grain: night, source, code.';
comment on column mart.look_up.code is 'The code that was asked for.';
comment on column mart.look_up.source_id is 'The source that was asked.';
comment on column mart.look_up.night is 'The night on which it was asked.';
comment on column mart.look_up.is_held is 'Whether it holds a dossier of that code.';

create view mart.gap_decision as
select
    decision_id,
    night,
    pair,
    dossier_id,
    kind,
    detail,
    action,
    reason,
    expires_on,
    decided_by,
    decided_in,
    decided_at
from ops.gap_decision;
comment on view mart.gap_decision is 'What people decided and answered about gaps, in order. Grain: decision.';
comment on column mart.gap_decision.decision_id is 'Ascending in time.';
comment on column mart.gap_decision.night is 'The night whose list it answers.';
comment on column mart.gap_decision.pair is 'As in mart.gap.';
comment on column mart.gap_decision.dossier_id is 'As in mart.gap, as it was known that night.';
comment on column mart.gap_decision.kind is 'As in mart.gap.';
comment on column mart.gap_decision.detail is 'As in mart.gap.';
comment on column mart.gap_decision.action is 'acknowledged, noted, done, in_progress, disputed, accepted or revoked.';
comment on column mart.gap_decision.reason is 'Why, in the words of the person; screened for personal data.';
comment on column mart.gap_decision.expires_on is 'For an acceptance: the first night on which the gap reopens.';
comment on column mart.gap_decision.decided_by is 'Who decided: an account or the unit.';
comment on column mart.gap_decision.decided_in is 'Where: command_line, answers or page.';
comment on column mart.gap_decision.decided_at is 'When (our clock).';
