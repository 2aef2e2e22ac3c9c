create view mart.gap_revision as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    g.pair,
    g.dossier_id,
    g.kind,
    g.detail,
    g.cause,
    k.label as cause_label,
    k.blames,
    k.action,
    g.opened_on,
    g.reopened_on,
    n.night - coalesce(g.reopened_on, g.opened_on) as age_nights,
    g.basis,
    coalesce(d.state, 'open') as state,
    d.reason as state_reason,
    d.decided_by as state_by,
    d.said_on as state_since,
    d.expires_on,
    g.agency_id,
    g.owner_id
from mart.night_revision n
join archive.any_finding g
    on g.archive_id = n.archive_id and g.from_night <= n.night and n.night < g.to_night and g.opened_on is not null
left join core.cause_rule k on k.cause = g.cause
-- asked what was decided is only a gap of which anybody ever decided anything
left join (
    select distinct
        pair,
        dossier_id,
        kind,
        detail
    from ops.gap_decision
) x using (pair, dossier_id, kind, detail)
left join lateral (
    select said.*
    from (select 1 where x.pair is not null offset 0) asked
    cross join
        lateral mart.said_of_gap(
            g.pair, g.dossier_id, g.kind, g.detail, n.night, coalesce(g.reopened_on, g.opened_on), g.cause, g.basis
        ) said
) d on true;

create view mart.gap as
select
    night,
    is_latest,
    pair,
    dossier_id,
    kind,
    detail,
    cause,
    cause_label,
    blames,
    action,
    opened_on,
    reopened_on,
    age_nights,
    basis,
    state,
    state_reason,
    state_by,
    state_since,
    expires_on,
    agency_id,
    owner_id
from mart.gap_revision where is_standing;
comment on view mart.gap is 'The open gaps of a night, each with its cause and age. Grain: night, pair, dossier, kind, detail.';
comment on column mart.gap.night is 'The published night.';
comment on column mart.gap.is_latest is 'True for the night to read by default.';
comment on column mart.gap.pair is 'The two sides compared.';
comment on column mart.gap.dossier_id is 'The dossier: the first of its codes in sort order.';
comment on column mart.gap.kind is 'What differs: a presence, an attribute, or an extra row.';
comment on column mart.gap.detail is 'For an extra row its source and record; else empty.';
comment on column mart.gap.cause is 'Why (mart.dim_cause).';
comment on column mart.gap.cause_label is 'The same in Vietnamese.';
comment on column mart.gap.blames is 'The side at fault.';
comment on column mart.gap.action is 'What has to be done, in Vietnamese.';
comment on column mart.gap.opened_on is 'The night that first saw it.';
comment on column mart.gap.reopened_on is 'The night on which it last reappeared after it had been resolved; null if it never did.';
comment on column mart.gap.age_nights is 'Nights since it was opened or reopened.';
comment on column mart.gap.basis is 'The evidence for the cause.';
comment on column mart.gap.state is 'open, acknowledged, done or disputed (as its unit answered), accepted (known, until it expires), acceptance_expired, or acceptance_outdated (the cause or its evidence is no longer the accepted one).';
comment on column mart.gap.state_reason is 'Why, in the words of the person who decided.';
comment on column mart.gap.state_by is 'Who decided.';
comment on column mart.gap.state_since is 'The night of that decision.';
comment on column mart.gap.expires_on is 'For an acceptance: the first night on which the gap reopens.';
comment on column mart.gap.agency_id is 'The agency that had the dossier at its receipt date, or unknown.';
comment on column mart.gap.owner_id is 'The agency that has to act that night: agency_id or its only successor, else the nearest above it for which that can be decided, else unknown.';

create view mart.gap_event_revision as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
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

create view mart.gap_event as
select
    night,
    is_latest,
    pair,
    dossier_id,
    kind,
    detail,
    event,
    cause,
    cause_before,
    how,
    other_dossier_id,
    basis
from mart.gap_event_revision where is_standing;
comment on view mart.gap_event is 'What happened to gaps: the log. Grain: night, pair, dossier, kind, detail, event.';
comment on column mart.gap_event.night is 'The published night on which it happened.';
comment on column mart.gap_event.is_latest is 'True for the night to read by default.';
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
