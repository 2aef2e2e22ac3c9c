-- The open gaps of a night with the features they may share.
select
    pair,
    cause,
    kind,
    agency_id,
    procedure_family,
    receipt_date,
    channel,
    -- differing days or agencies vary from dossier to dossier: only statuses are shared
    case when kind = 'status' then concat_ws(
                ' → ',
                coalesce(case when pair like 'ministry%%' then ministry_value else provincial_value end, '-'),
                coalesce(case when pair = 'ministry_provincial' then provincial_value else national_value end, '-')
            )
    end as change,
    owner_id
from archive.any_finding
where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night and opened_on is not null
order by pair, cause, kind, dossier_id, detail
