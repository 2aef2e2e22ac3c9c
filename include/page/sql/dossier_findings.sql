-- What differs of a dossier on the night, gap or not yet, with what people said of it.
select
    f.pair,
    case f.gap_kind when 'difference' then f.attribute else f.gap_kind end as kind,
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
    g.opened_on,
    g.reopened_on,
    g.age_nights,
    g.state,
    g.state_reason,
    g.state_by,
    g.state_since,
    g.expires_on,
    g.owner_id,
    coalesce(o.name, g.owner_id) as owner_name
from mart.fact_sync_gap f
left join mart.dim_cause k using (cause)
left join mart.gap g
    on g.night = f.night and g.pair = f.pair and g.dossier_id = f.dossier_id
    and g.kind = case f.gap_kind when 'difference' then f.attribute else f.gap_kind end
    and g.detail = case f.gap_kind when 'difference' then '' else coalesce(f.attribute, '') end
left join mart.dim_agency o on o.agency_id = g.owner_id
where f.night = %(night)s and f.dossier_id = %(dossier)s
order by g.opened_on nulls last, f.pair desc, 2
