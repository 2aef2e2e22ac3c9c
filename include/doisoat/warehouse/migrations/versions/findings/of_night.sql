-- Everything that differed on a night, from what the warehouse holds of that night: %(night)s in the generation
-- %(archive_id)s. A night since this revision writes recon.finding itself; the two agree (tests hold it).
with recursive finding as (
    select
        pair,
        dossier_id,
        presence as kind,
        '' as detail,
        standing,
        from_night as since_night,
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
        attribute,
        '',
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
verdict as materialized (
    select * from archive.any_verdict
    where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night
),
-- Records carry the dossier they belong to now; on the night it may have been another one. The dossier of that night is
-- made of the records that its verdicts and extra rows name, and of all that links known then join with them, unless a
-- contradiction known then kept them apart.
named as (
    select distinct
        f.dossier_id,
        r.dossier_id as dossier_id_now,
        coalesce(r.dossier_code, r.source_id || ':' || r.record_id) as code
    from finding f
    left join verdict v on (v.pair, v.dossier_id) = (f.pair, f.dossier_id)
    cross join
        lateral (
            values
            (v.national_source_id, v.national_record_id), (v.provincial_source_id, v.provincial_record_id),
            (v.ministry_source_id, v.ministry_record_id),
            (split_part(f.detail, ':', 1), substr(f.detail, strpos(f.detail, ':') + 1))
        ) as of (source_id, record_id)
    join core.dossier_record r using (source_id, record_id)
    where r.from_night <= %(night)s and %(night)s < r.to_night
    union
    select
        dossier_id,
        dossier_id,
        dossier_id
    from finding
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
            as ministry_codes
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
        %(archive_id)s::integer as archive_id,
        %(night)s::date as night,
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        f.standing,
        v.evidence,
        f.since_night,
        f.national_value,
        f.provincial_value,
        f.ministry_value,
        c.national_codes,
        c.provincial_codes,
        c.ministry_codes,
        v.national_record_id,
        v.provincial_record_id,
        v.ministry_record_id,
        v.ministry_source_id,
        v.is_removed_provincially,
        coalesce(v.agency_id, x.agency_id) as agency_id,
        coalesce(v.procedure_family, x.procedure_family) as procedure_family,
        case when v.dossier_id is null then x.receipt_date else v.receipt_date end as receipt_date,
        case when v.dossier_id is null then x.channel else coalesce(p.channel, n.channel) end as channel,
        y.cause,
        y.basis,
        g.opened_on,
        g.reopened_on,
        f.next_review_on
    from finding f
    left join code c using (dossier_id)
    left join verdict v on (v.pair, v.dossier_id) = (f.pair, f.dossier_id)
    left join core.dossier_record x
        on (x.source_id, x.record_id) = (split_part(f.detail, ':', 1), substr(f.detail, strpos(f.detail, ':') + 1))
        and x.from_night <= %(night)s and %(night)s < x.to_night
    left join core.dossier_record p
        on (p.source_id, p.record_id) = (v.provincial_source_id, v.provincial_record_id)
        and p.from_night <= %(night)s and %(night)s < p.to_night
    left join core.dossier_record n
        on (n.source_id, n.record_id) = (v.national_source_id, v.national_record_id)
        and n.from_night <= %(night)s and %(night)s < n.to_night
    left join archive.any_cause y
        on y.archive_id = %(archive_id)s and (y.pair, y.dossier_id, y.kind, y.detail)
        = (f.pair, f.dossier_id, f.kind, f.detail) and y.from_night <= %(night)s and %(night)s < y.to_night
    left join archive.any_gap g
        on g.archive_id = %(archive_id)s and (g.pair, g.dossier_id, g.kind, g.detail)
        = (f.pair, f.dossier_id, f.kind, f.detail) and g.from_night <= %(night)s and %(night)s < g.to_night
),
-- an agency that exists acts itself
owner as materialized (
    select
        agency_id,
        case when exists (
                select from core.agency a
                where a.agency_id = asked.agency_id and a.valid_from <= %(night)s and %(night)s < a.valid_to
            ) then agency_id
            else core.owner_of(agency_id, %(night)s)
        end as owner_id
    from (select distinct agency_id from placed) asked
)
select
    p.archive_id,
    p.night,
    p.pair,
    p.dossier_id,
    p.kind,
    p.detail,
    p.standing,
    p.evidence,
    p.since_night,
    p.national_value,
    p.provincial_value,
    p.ministry_value,
    p.national_codes,
    p.provincial_codes,
    p.ministry_codes,
    p.national_record_id,
    p.provincial_record_id,
    p.ministry_record_id,
    p.ministry_source_id,
    p.is_removed_provincially,
    p.agency_id,
    o.owner_id,
    p.procedure_family,
    p.receipt_date,
    p.channel,
    p.cause,
    p.basis,
    p.opened_on,
    p.reopened_on,
    p.next_review_on
from placed p join owner o on coalesce(o.agency_id, '') = coalesce(p.agency_id, '')
