-- The open gaps of a night with the features they may share.
with gap as materialized (
    select
        *,
        -- differing days or agencies vary from dossier to dossier: only statuses are shared
        case when kind = 'status' then concat_ws(
                    ' → ',
                    coalesce(case when pair like 'ministry%%' then ministry_value else provincial_value end, '-'),
                    coalesce(case when pair = 'ministry_provincial' then provincial_value else national_value end, '-')
                )
        end as change
    from archive.any_finding
    where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night and opened_on is not null
),
-- whose move it is follows from the agency alone: asked once for each, not once for each gap
owner as materialized (
    select
        agency_id,
        mart.owner_of(agency_id, %(night)s) as owner_id
    from (select distinct agency_id from gap) agency
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
join owner w on coalesce(w.agency_id, '') = coalesce(g.agency_id, '')
order by g.pair, g.cause, g.kind, g.dossier_id, g.detail
