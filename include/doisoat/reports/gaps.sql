-- One row per gap, as known on a night, with the codes under which each side holds the dossier.
with recursive gap as (
    select
        pair,
        dossier_id,
        presence as gap_kind,
        null as attribute,
        standing,
        from_night,
        null as national_value,
        null as provincial_value,
        null as ministry_value,
        next_review_on
    from archive.any_verdict
    where archive_id = %(archive_id)s and presence <> 'matched' and from_night <= %(night)s and %(night)s < to_night
    union all
    select
        pair,
        dossier_id,
        'difference',
        attribute,
        standing,
        from_night,
        national_value,
        provincial_value,
        ministry_value,
        next_review_on
    from archive.any_difference
    where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night
    union all
    select
        pair,
        dossier_id,
        entry_kind,
        record_id,
        standing,
        from_night,
        null,
        null,
        null,
        null
    from archive.any_ledger_entry
    where archive_id = %(archive_id)s and entry_kind in ('extra_national_row', 'extra_provincial_row')
        and from_night <= %(night)s and %(night)s < to_night
),
-- Records carry the dossier they belong to now; on the night it may have been another one. The dossier of that night is
-- made of the records that its verdicts and extra rows name, and of all that links known then join with them, unless a
-- contradiction known then kept them apart.
named as (
    select distinct
        g.dossier_id,
        r.dossier_id as dossier_id_now,
        coalesce(r.dossier_code, r.source_id || ':' || r.record_id) as code
    from gap g
    left join archive.any_verdict v
        on v.archive_id = %(archive_id)s and (v.pair, v.dossier_id) = (g.pair, g.dossier_id)
        and v.from_night <= %(night)s and %(night)s < v.to_night
    cross join
        lateral (
            values
            (v.national_source_id, v.national_record_id), (v.provincial_source_id, v.provincial_record_id),
            (v.ministry_source_id, v.ministry_record_id),
            (split_part(g.attribute, ':', 1), substr(g.attribute, strpos(g.attribute, ':') + 1))
        ) as of (source_id, record_id)
    join core.dossier_record r using (source_id, record_id)
    where r.from_night <= %(night)s and %(night)s < r.to_night
    union
    select
        dossier_id,
        dossier_id,
        dossier_id
    from gap
),
joined as (
    select
        dossier_id,
        code
    from named
    union
    select
        j.dossier_id,
        n.code
    from joined j
    cross join
        lateral (
            select
                l.other_code as code,
                l.source_id,
                l.other_code,
                l.first_night
            from core.identity_link l
            where l.code = j.code
            union all
            select
                l.code,
                l.source_id,
                l.other_code,
                l.first_night
            from core.identity_link l
            where l.other_code = j.code
        ) n
    where n.first_night <= %(night)s and not exists (
            select from core.identity_conflict c where (c.source_id, c.other_code) = (n.source_id, n.other_code)
                and c.from_night <= %(night)s and %(night)s < c.to_night
        )
),
code as (
    select
        n.dossier_id,
        string_agg(distinct r.dossier_code, ' ') filter (where s.side = 'national') as national_codes,
        string_agg(distinct r.dossier_code, ' ') filter (where s.side = 'provincial') as provincial_codes,
        string_agg(distinct coalesce(r.dossier_code, r.record_id), ' ') filter (where s.side = 'ministry')
            as ministry_codes,
        min(r.agency_id) as agency_id,
        min(r.procedure_family) as procedure_family,
        min(r.receipt_date) as receipt_date
    from (
        select distinct
            dossier_id,
            dossier_id_now
        from named
    ) n
    join
        core.dossier_record r
        on r.dossier_id = n.dossier_id_now and r.from_night <= %(night)s and %(night)s < r.to_night
    join core.source s using (source_id)
    join
        joined j
        on j.dossier_id = n.dossier_id and j.code = coalesce(r.dossier_code, r.source_id || ':' || r.record_id)
    group by 1
),
placed as materialized (
    select
        g.*,
        c.national_codes,
        c.provincial_codes,
        c.ministry_codes,
        v.evidence,
        v.ministry_source_id,
        v.is_removed_provincially,
        coalesce(v.agency_id, c.agency_id) as agency_id,
        coalesce(v.procedure_family, c.procedure_family) as procedure_family,
        coalesce(v.receipt_date, c.receipt_date) as receipt_date
    from gap g
    left join code c using (dossier_id)
    left join archive.any_verdict v
        on v.archive_id = %(archive_id)s and v.pair = g.pair and v.dossier_id = g.dossier_id
        and v.from_night <= %(night)s and %(night)s < v.to_night
),
-- whose move it is follows from the agency alone: asked once for each, not once for each gap
owner as materialized (
    select
        agency_id,
        mart.owner_of(agency_id, %(night)s) as owner_id
    from (select distinct agency_id from placed) agency
),
agency_name as materialized (
    select distinct on (agency_id)
        agency_id,
        name
    from archive.any_agency
    order by agency_id, valid_from desc
)
select
    g.pair,
    g.dossier_id,
    g.gap_kind,
    g.attribute,
    case g.gap_kind when 'difference' then g.attribute else g.gap_kind end as kind,
    g.standing,
    g.evidence,
    g.from_night as since_night,
    g.national_value,
    g.provincial_value,
    g.ministry_value,
    g.national_codes,
    g.provincial_codes,
    g.ministry_codes,
    g.ministry_source_id,
    y.cause,
    k.label as cause_label,
    k.blames,
    y.basis,
    k.action,
    l.opened_on,
    %(night)s::date - coalesce(l.reopened_on, l.opened_on) as age_nights,
    g.agency_id,
    a.name as agency_name,
    g.procedure_family,
    g.receipt_date,
    g.is_removed_provincially,
    w.owner_id,
    o.name as owner_name,
    d.state,
    d.expires_on,
    g.next_review_on
from placed g
left join archive.any_cause y
    on y.archive_id = %(archive_id)s and y.pair = g.pair and y.dossier_id = g.dossier_id
    and y.kind = case g.gap_kind when 'difference' then g.attribute else g.gap_kind end
    and y.detail = case g.gap_kind when 'difference' then '' else coalesce(g.attribute, '') end
    and y.from_night <= %(night)s and %(night)s < y.to_night
left join core.cause_rule k using (cause)
left join archive.any_gap l
    on l.archive_id = %(archive_id)s and (l.pair, l.dossier_id, l.kind, l.detail)
    = (y.pair, y.dossier_id, y.kind, y.detail) and l.from_night <= %(night)s and %(night)s < l.to_night
left join agency_name a on a.agency_id = g.agency_id
left join owner w on coalesce(w.agency_id, '') = coalesce(g.agency_id, '') and l.dossier_id is not null
left join agency_name o on o.agency_id = w.owner_id
left join lateral mart.said_of_gap(
    l.pair, l.dossier_id, l.kind, l.detail, %(night)s, coalesce(l.reopened_on, l.opened_on), l.cause, y.basis
) d on l.dossier_id is not null
where (%(with_pending)s or g.standing = 'gap') and (%(pair)s::text is null or g.pair = %(pair)s)
    and (%(owner)s::text is null or w.owner_id = %(owner)s)
order by g.pair desc, g.gap_kind, g.attribute nulls first, g.agency_id, g.dossier_id
