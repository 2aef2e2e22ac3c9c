-- How the nights went: what was read of whom, which checks passed. Of a night that is not published, its state alone.
create view mart.night_state as
select
    n.night,
    n.state,
    n.collects_late,
    p.revision,
    p.published_at,
    coalesce(p.revisions, 0) as revisions,
    n.run_id
from ops.night n
left join (
    select
        night,
        max(revision) filter (where withdrawn_at is null) as revision,
        max(published_at) filter (where withdrawn_at is null) as published_at,
        count(*) as revisions
    from ops.publication group by night
) p using (night);
comment on view mart.night_state is 'Every night that was opened or missed, published or not. Grain: night.';
comment on column mart.night_state.night is 'The night.';
comment on column mart.night_state.state is 'open, loaded, reconciled, published, blocked (a check kept it from being published) or missed (nothing was collected).';
comment on column mart.night_state.collects_late is 'Whether it was collected later than its own day.';
comment on column mart.night_state.revision is 'The revision that stands; null while none is published.';
comment on column mart.night_state.published_at is 'When that one was published (our clock).';
comment on column mart.night_state.revisions is 'How many revisions were ever published.';
comment on column mart.night_state.run_id is 'The run of Airflow that last opened it; null without Airflow.';

create view mart.source_state as
select
    n.night,
    n.is_latest,
    s.source_id,
    s.source_kind,
    s.side,
    case when p.reason = 'held' then 'held'
        when p.state <> 'absent' and p.reason = 'outage_planned' then 'outage_planned'
        when p.state = 'fresh' and not p.is_complete and p.mode <> 'look_ups' then 'incomplete'  -- they have a budget
        else coalesce(p.state, 'absent')
    end as state,
    p.reason,
    p.snapshot_night,
    n.night - p.snapshot_night as age_nights,
    p.cut_off,
    p.mode,
    p.is_complete,
    p.incomplete_reason,
    p.is_collected_late,
    l.received,
    l.quarantined,
    t.value as declared
from mart.night_revision n
join archive.any_pull p on p.archive_id = n.archive_id and p.night = n.night
join core.source s using (source_id)
left join ops.load l on l.source_id = p.source_id and l.night = n.night
left join core.control_total t
    on t.source_id = s.source_id and t.measure = 'dossiers' and t.period_kind = 'all'
    and t.agency_key = '' and t.from_night <= n.night and n.night < t.to_night
where n.is_standing;
comment on view mart.source_state is 'What a published night read of each source, and how old it is; its counts as they are held now. Grain: night, source.';
comment on column mart.source_state.night is 'The published night.';
comment on column mart.source_state.is_latest is 'True for the night to read by default.';
comment on column mart.source_state.source_id is 'The source.';
comment on column mart.source_state.source_kind is 'The connector that reads it.';
comment on column mart.source_state.side is 'provincial, national or ministry.';
comment on column mart.source_state.state is 'fresh, incomplete (read in part), standing (nothing new is expected every night), outage_planned, stale (an earlier snapshot stands in), held (by the flood guard) or absent (never read).';
comment on column mart.source_state.reason is 'Why there is no pull of this night: nothing_new, outage_planned, failed, held, not_loadable or not_collected; null where there is one.';
comment on column mart.source_state.snapshot_night is 'The night whose snapshot is used.';
comment on column mart.source_state.age_nights is 'How many nights old it is.';
comment on column mart.source_state.cut_off is 'The source''s own clock when it was read: what happened later may be missing.';
comment on column mart.source_state.mode is 'full, incremental, counts or look_ups.';
comment on column mart.source_state.is_complete is 'Whether everything asked for came.';
comment on column mart.source_state.incomplete_reason is 'What did not, in words.';
comment on column mart.source_state.is_collected_late is 'Whether it was read after the night''s own morning.';
comment on column mart.source_state.received is 'Rows received that night; null if nothing was loaded.';
comment on column mart.source_state.quarantined is 'Of these, rows that could not be read.';
comment on column mart.source_state.declared is 'How many dossiers it declares to hold; null if it declares none.';

create view mart.check_result as
select
    n.night,
    n.is_latest,
    r.stage,
    r.check_id,
    r.severity,
    case when a.reason is not null then 'accepted' else r.outcome end as outcome,
    r.unexpected_count,
    (r.observed ->> 'total')::bigint as total,
    a.reason as accepted_reason
from mart.night_revision n
join archive.any_check_result r on r.archive_id = n.archive_id and r.night = n.night
left join (
    select
        night,
        revision,
        stage,
        check_id,
        string_agg(distinct reason, '; ') as reason
    from ops.acceptance group by 1, 2, 3, 4
) a on a.night = n.night and a.revision = n.revision and a.stage = r.stage and a.check_id = r.check_id
where n.is_standing;
comment on view mart.check_result is 'The checks of a published night. Grain: night, stage, check.';
comment on column mart.check_result.night is 'The published night.';
comment on column mart.check_result.is_latest is 'True for the night to read by default.';
comment on column mart.check_result.stage is 'inputs (what came) or results (what followed).';
comment on column mart.check_result.check_id is 'The check; docs/generated/checks.md says what each protects.';
comment on column mart.check_result.severity is 'critical (it blocks the publication) or warning.';
comment on column mart.check_result.outcome is 'passed, failed, broken (it could not run and says nothing about the data) or accepted (it failed, and somebody decided to publish nevertheless).';
comment on column mart.check_result.unexpected_count is 'How many rows or cells were not as expected.';
comment on column mart.check_result.total is 'Of how many.';
comment on column mart.check_result.accepted_reason is 'Why it was accepted, in the words of the person who decided.';
