-- What the last decision on a gap makes of it on a night. A decision made on other evidence, or one that has expired,
-- is shown as such.
create function mart.gap_state(
    action text,
    expires_on date,
    on_night date,
    is_as_decided boolean
) returns text
language sql immutable as $$
select case when action is null or action = 'revoked' then 'open'
        when action <> 'accepted' then action
        when expires_on <= on_night then 'acceptance_expired'
        when is_as_decided then 'accepted' else 'acceptance_outdated'
    end
$$;
comment on function mart.gap_state(text, date, date, boolean) is 'The state of a gap on a night, by the last decision on it and whether its cause and evidence are still those decided on.';

-- The nights that can be asked for: the revisions of the published ones, and (0) what no revision shows yet.
drop view if exists archive.any_night cascade;
create view archive.any_night as
select
    archive_id,
    night,
    revision,
    withdrawn_at is null as is_standing,
    withdrawn_at is null and night = max(night) filter (where withdrawn_at is null) over () as is_latest
from ops.publication where expired_at is null
union all
select
    0,
    c.night,
    0,
    false,
    false
from recon.comparison c
where c.pair = 'national_provincial' and not exists (
        select from ops.publication p where p.night = c.night and p.archive_id = 0 and p.expired_at is null
    );
comment on view archive.any_night is 'The nights that can be asked for. Grain: generation, night.';
comment on column archive.any_night.archive_id is 'The generation that its rows are in: 0 is in place.';
comment on column archive.any_night.night is 'The night.';
comment on column archive.any_night.revision is 'As in mart.night_revision; 0 for what no revision shows.';
comment on column archive.any_night.is_standing is 'As in mart.night_revision.';
comment on column archive.any_night.is_latest is 'Whether it is the latest of the revisions that are the ones to read.';

-- Everything that differs, on each night that can be asked for, in words and with what was said of it: the list of gaps
-- of a reader (mart.gap), of `doisoat gaps` and of what a unit answers. Internal: it also holds what is not published.
drop view if exists archive.any_finding_of_night;
create view archive.any_finding_of_night as
with agency as (
    select distinct on (agency_id)
        agency_id,
        name
    from archive.any_agency
    order by agency_id, valid_from desc
)
select
    n.archive_id,
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    f.pair || ' | ' || f.dossier_id || ' | ' || f.kind || ' | ' || f.detail as gap_id,
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    f.kind not in (
        'national_only', 'provincial_only', 'ministry_only', 'undetermined', 'extra_national_row',
        'extra_provincial_row'
    ) as is_difference,
    f.standing,
    f.evidence,
    f.national_value,
    f.provincial_value,
    f.ministry_value,
    f.national_codes,
    f.provincial_codes,
    f.ministry_codes,
    f.national_record_id,
    f.provincial_record_id,
    f.ministry_record_id,
    f.ministry_source_id,
    f.is_removed_provincially,
    f.cause,
    k.label as cause_label,
    k.blames,
    k.action,
    f.basis,
    f.agency_id,
    a.name as agency_name,
    f.owner_id,
    o.name as owner_name,
    f.procedure_family,
    p.name as procedure_name,
    f.channel,
    f.receipt_date,
    f.since_night,
    f.opened_on,
    f.reopened_on,
    n.night - f.receipt_date as days_since_receipt,
    n.night - f.opened_on as days_since_opened,
    f.next_review_on,
    case when f.opened_on is not null
            then
                mart.gap_state(
                    (d.last).action,
                    (d.last).expires_on,
                    n.night,
                    (d.last).cause = f.cause and (d.last).basis = f.basis
                )
    end as state,
    (d.last).reason as state_reason,
    (d.last).decided_by as state_by,
    (d.last).night as state_since,
    (d.last).expires_on,
    (d.answered).action as last_answer,
    (d.answered).reason as last_answer_reason,
    (d.answered).decided_by as last_answer_by,
    (d.answered).night as last_answer_on
from archive.any_night n
join archive.any_finding f on f.archive_id = n.archive_id and f.from_night <= n.night and n.night < f.to_night
left join core.cause_rule k using (cause)
left join agency a on a.agency_id = f.agency_id
left join agency o on o.agency_id = f.owner_id
left join archive.any_procedure p on p.procedure_family = f.procedure_family
-- asked what was decided is only a gap of which anybody ever decided anything
left join (
    select distinct
        pair,
        dossier_id,
        kind,
        detail
    from ops.gap_decision
) x on (x.pair, x.dossier_id, x.kind, x.detail) = (f.pair, f.dossier_id, f.kind, f.detail)
left join lateral (
    select
        case when x.pair is not null
                then
                    (
                        select g
                        from ops.gap_decision g
                        where (g.pair, g.dossier_id, g.kind, g.detail) = (f.pair, f.dossier_id, f.kind, f.detail)
                            and g.night between coalesce(f.reopened_on, f.opened_on) and n.night
                            and g.action <> 'noted'
                        order by g.decision_id desc limit 1
                    )
        end as last,
        case when x.pair is not null
                then
                    (
                        select g
                        from ops.gap_decision g
                        where (g.pair, g.dossier_id, g.kind, g.detail) = (f.pair, f.dossier_id, f.kind, f.detail)
                            and g.night between coalesce(f.reopened_on, f.opened_on) and n.night
                            and g.decided_in = 'answers'
                        order by g.decision_id desc limit 1
                    )
        end as answered
    from (values (true)) once (is_computed)
    offset 0  -- not again for each column
) d on true;
comment on view archive.any_finding_of_night is 'Everything that differs on a night, in words and with what was said of it; mart.finding and mart.gap show what is published of it. Grain: generation, night, pair, dossier, kind, detail.';
comment on column archive.any_finding_of_night.archive_id is 'The generation: ops.publication says which revisions of which nights are in it; 0 is in place.';
