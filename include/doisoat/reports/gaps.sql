-- One row per gap, as known on a night, with the codes under which each side holds the dossier.
with found as materialized (
    select
        *,
        kind not in (
            'national_only', 'provincial_only', 'ministry_only', 'undetermined', 'extra_national_row',
            'extra_provincial_row'
        ) as is_difference
    from archive.any_finding
    where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night
        and (%(with_pending)s or standing = 'gap') and (%(pair)s::text is null or pair = %(pair)s)
),
-- asked what was decided is only a gap of which anybody ever decided anything
decided as (
    select distinct
        pair,
        dossier_id,
        kind,
        detail
    from ops.gap_decision
),
agency_name as materialized (
    select distinct on (agency_id)
        agency_id,
        name
    from archive.any_agency
    order by agency_id, valid_from desc
)
select
    f.pair,
    f.dossier_id,
    case when f.is_difference then 'difference' else f.kind end as gap_kind,
    case when f.is_difference then f.kind else nullif(f.detail, '') end as attribute,
    f.kind,
    f.standing,
    f.evidence,
    f.since_night,
    f.national_value,
    f.provincial_value,
    f.ministry_value,
    f.national_codes,
    f.provincial_codes,
    f.ministry_codes,
    f.ministry_source_id,
    f.cause,
    k.label as cause_label,
    k.blames,
    f.basis,
    k.action,
    f.opened_on,
    %(night)s::date - coalesce(f.reopened_on, f.opened_on) as age_nights,
    f.agency_id,
    a.name as agency_name,
    f.procedure_family,
    f.receipt_date,
    f.is_removed_provincially,
    case when f.opened_on is not null then f.owner_id end as owner_id,
    o.name as owner_name,
    case when f.opened_on is not null then coalesce(d.state, 'open') end as state,
    d.expires_on,
    f.next_review_on
from found f
left join core.cause_rule k using (cause)
left join agency_name a on a.agency_id = f.agency_id
left join agency_name o on o.agency_id = f.owner_id and f.opened_on is not null
left join decided x using (pair, dossier_id, kind, detail)
left join lateral (
    select said.*
    from (select 1 where x.pair is not null and f.opened_on is not null offset 0) asked
    cross join
        lateral mart.said_of_gap(
            f.pair, f.dossier_id, f.kind, f.detail, %(night)s, coalesce(f.reopened_on, f.opened_on), f.cause, f.basis
        ) said
) d on true
where %(owner)s::text is null or f.owner_id = %(owner)s and f.opened_on is not null
order by f.pair desc, gap_kind, attribute nulls first, f.agency_id, f.dossier_id
