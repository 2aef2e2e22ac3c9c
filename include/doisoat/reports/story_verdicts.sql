-- What followed: who holds it, what differs and why, as ranges of nights.
select
    c.pair,
    c.kind,
    nullif(c.detail, '') as record,
    c.from_night,
    case when c.to_night = 'infinity' then 'still' else c.to_night::text end as to_night,
    v.standing,
    v.next_review_on,
    c.cause,
    k.label,
    k.blames,
    c.basis::text as basis,
    k.action
from recon.cause c
left join core.cause_rule k using (cause)
left join lateral (
    select
        coalesce(d.standing, v.standing) as standing,
        case when d.dossier_id is null then v.next_review_on else d.next_review_on end as next_review_on
    from recon.verdict v
    left join recon.difference d
        on (d.pair, d.dossier_id, d.attribute) = (c.pair, c.dossier_id, c.kind)
        and d.from_night <= c.from_night and c.from_night < d.to_night
    where (v.pair, v.dossier_id) = (c.pair, c.dossier_id) and v.from_night <= c.from_night and c.from_night < v.to_night
) v on true
where c.dossier_id = any(%(dossier_ids)s)
order by c.pair desc, c.kind, c.detail, c.from_night
