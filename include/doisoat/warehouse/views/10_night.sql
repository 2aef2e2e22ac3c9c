-- Every fact has two views of one name: mart shows the published revision of a night, mart_history also those that were
-- replaced. The first is made from the second.
create view mart.night_revision as
select
    p.night,
    p.revision,
    p.withdrawn_at is null as is_standing,
    p.withdrawn_at is null and p.night = max(p.night) filter (where p.withdrawn_at is null) over () as is_latest,
    p.published_at,
    p.withdrawn_at,
    p.confirmed_at,
    c.as_of,
    c.provincial_cut_off,
    c.national_cut_off,
    c.provincial_is_complete,
    c.national_is_complete,
    c.matched_count,
    (
        select count(*)
        from archive.any_pull where any_pull.archive_id = p.archive_id and any_pull.night = p.night
            and any_pull.state in ('stale', 'absent')
    ) as stale_sources,
    p.rests_on ->> 'doisoat' as code_version,
    p.rests_on ->> 'config_fingerprint' as config_fingerprint,
    p.rests_on ->> 'reference_hash' as reference_hash,
    p.archive_id,
    a.accepted_checks is not null as is_accepted,
    a.accepted_checks,
    a.accepted_reason
from ops.publication p
left join archive.any_comparison c on c.archive_id = p.archive_id and c.night = p.night
left join lateral (
    select
        string_agg(distinct check_id, ', ') as accepted_checks,
        string_agg(distinct reason, '; ') as accepted_reason
    from ops.acceptance a where a.night = p.night and a.revision = p.revision
) a on true
where p.expired_at is null;
comment on view mart.night_revision is 'Every revision of a published night that can still be queried. Grain: night, revision.';
comment on column mart.night_revision.is_standing is 'Whether this revision is the one to read; at most one per night is.';
comment on column mart.night_revision.withdrawn_at is 'When another revision replaced it or it was withdrawn (our clock); null while it is the one to read.';
comment on column mart.night_revision.confirmed_at is 'When the night was last recomputed with exactly this result (our clock); null if never.';
comment on column mart.night_revision.code_version is 'The version of Đối Soát that computed it.';
comment on column mart.night_revision.config_fingerprint is 'SHA-256 of the province file it was computed with.';
comment on column mart.night_revision.reference_hash is 'SHA-256 over the reference files it was computed with.';
comment on column mart.night_revision.archive_id is 'Where its rows are kept: 0 in the current tables, else a generation of the archive.';

create view mart.night as
select
    night,
    revision,
    published_at,
    is_latest,
    as_of,
    provincial_cut_off,
    national_cut_off,
    provincial_is_complete,
    national_is_complete,
    matched_count,
    stale_sources,
    is_accepted,
    accepted_checks,
    accepted_reason
from mart.night_revision where is_standing;
comment on view mart.night is 'The published nights. Grain: night.';
comment on column mart.night.night is 'The local calendar date that the numbers report on.';
comment on column mart.night.revision is '1, or more if the night was published again after a correction.';
comment on column mart.night.published_at is 'When it was published (our clock).';
comment on column mart.night.is_latest is 'True for the night to read by default.';
comment on column mart.night.as_of is 'The point in time at which both sides are compared.';
comment on column mart.night.provincial_cut_off is 'Oldest cut-off of the provincial listings.';
comment on column mart.night.national_cut_off is 'Oldest cut-off of the national listings.';
comment on column mart.night.provincial_is_complete is 'Whether the provincial listings cover everything.';
comment on column mart.night.national_is_complete is 'Whether the national listings cover everything.';
comment on column mart.night.matched_count is 'Dossiers that both sides hold.';
comment on column mart.night.stale_sources is 'How many sources an earlier snapshot is used for.';
comment on column mart.night.is_accepted is 'True if critical checks failed and somebody decided to publish the night anyway: read the reason before the numbers.';
comment on column mart.night.accepted_checks is 'The failed checks; the documentation of the checks says what each protects.';
comment on column mart.night.accepted_reason is 'Why, in the words of the person who decided (who that was is in ops.acceptance).';
