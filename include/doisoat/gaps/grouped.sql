-- The open gaps of a night with the features they may share, and how common each is among all dossiers of a side.
with gap as materialized (
    select
        g.pair,
        g.dossier_id,
        g.cause,
        g.kind,
        g.detail,
        v.agency_id,
        v.procedure_family,
        v.receipt_date,
        coalesce(p.channel, n.channel) as channel,
        case when d.attribute is not null then concat_ws(
                    ' → ',
                    coalesce(case when g.pair like 'ministry%%' then d.ministry_value else d.provincial_value end, '-'),
                    coalesce(
                        case when g.pair = 'ministry_provincial' then d.provincial_value else d.national_value end, '-'
                    )
                )
        end as change,
        coalesce(v.agency_id, e.agency_id) as handled_by
    from archive.any_gap g
    left join archive.any_verdict v
        on v.archive_id = %(archive_id)s and (v.pair, v.dossier_id) = (g.pair, g.dossier_id)
        and v.from_night <= %(night)s and %(night)s < v.to_night
    left join archive.any_difference d
        on d.archive_id = %(archive_id)s and (d.pair, d.dossier_id, d.attribute)
        = (g.pair, g.dossier_id, g.kind) and d.from_night <= %(night)s and %(night)s < d.to_night
        -- differing days or agencies vary from dossier to dossier: only statuses are shared
        and d.attribute = 'status'
    left join core.dossier_record p
        on (p.source_id, p.record_id) = (v.provincial_source_id, v.provincial_record_id)
        and p.from_night <= %(night)s and %(night)s < p.to_night
    left join core.dossier_record n
        on (n.source_id, n.record_id) = (v.national_source_id, v.national_record_id)
        and n.from_night <= %(night)s and %(night)s < n.to_night
    left join archive.any_ledger_entry e
        on v.dossier_id is null and e.archive_id = %(archive_id)s
        and (e.pair, e.dossier_id, e.entry_kind, e.record_id) = (g.pair, g.dossier_id, g.kind, g.detail)
        and e.from_night <= %(night)s and %(night)s < e.to_night
    where g.archive_id = %(archive_id)s and g.from_night <= %(night)s and %(night)s < g.to_night
),
-- whose move it is follows from the agency alone: asked once for each, not once for each gap
owner as materialized (
    select
        agency_id,
        mart.owner_of(agency_id, %(night)s) as owner_id
    from (select distinct handled_by as agency_id from gap) agency
)
select
    g.pair,
    g.cause,
    g.kind,
    g.agency_id,
    g.procedure_family,
    g.receipt_date,
    g.channel,
    g.change,
    w.owner_id
from gap g
join owner w on coalesce(w.agency_id, '') = coalesce(g.handled_by, '')
order by g.pair, g.cause, g.kind, g.dossier_id, g.detail
