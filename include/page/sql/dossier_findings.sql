-- What differs of a dossier on the night, gap or not yet, with what people said of it.
select
    f.gap_id,
    f.pair,
    f.kind,
    f.standing,
    f.since_night,
    f.national_value,
    f.provincial_value,
    f.ministry_value,
    f.cause,
    k.label,
    k.blames,
    k.needs,
    k.action,
    k.is_decided,
    f.basis,
    f.next_review_on,
    f.opened_on,
    f.reopened_on,
    g.days_since_opened as age_nights,
    g.state,
    g.state_reason,
    g.state_by,
    g.state_since,
    g.expires_on,
    g.owner_id,
    coalesce(g.owner_name, g.owner_id) as owner_name
from mart.finding f
left join mart.dim_cause k using (cause)
left join mart.gap g on g.night = f.night and g.gap_id = f.gap_id and g.dossier_id = f.dossier_id
where f.night = %(night)s and f.dossier_id = %(dossier)s
order by f.opened_on nulls last, f.pair desc, f.kind
