-- What happened to gaps tonight. It runs before recon.gap is merged: gap_before is the previous state.
delete from recon.gap_event where night = %(night)s;

insert into recon.gap_event
select
    g.pair,
    g.dossier_id,
    g.kind,
    g.detail,
    %(night)s,
    case when b.to_night < 'infinity' then 'reopened' when b.cause <> g.cause then 'cause_changed'
        when b.cause is null and m.before_id is not null then 'merged' else 'opened'
    end,
    g.cause,
    case when b.to_night = 'infinity' then b.cause end,
    null,
    case when b.cause is null then m.before_id end,
    c.basis
from gap_tonight g
join cause_tonight c using (pair, dossier_id, kind, detail)
left join gap_before b using (pair, dossier_id, kind, detail)
left join lateral (
    select min(m.before_id) as before_id
    from became m
    join gap_before o on o.dossier_id = m.before_id and o.to_night = 'infinity'
    where m.dossier_id = g.dossier_id and (o.pair, o.kind, o.detail) = (g.pair, g.kind, g.detail)
) m on true
where b.cause is null or b.to_night < 'infinity' or b.cause <> g.cause;

insert into recon.gap_event
select
    b.pair,
    b.dossier_id,
    b.kind,
    b.detail,
    %(night)s,
    'resolved',
    b.cause,
    null,
    case when m.dossier_id is not null then 'merged'
        when b.kind like 'extra%%' then 'withdrawn'
        when b.kind in (
                'national_only', 'provincial_only', 'ministry_only', 'undetermined'
            )
            then case
                    when v.presence = b.kind then 'in_doubt'
                    when v.presence is null and not h.is_held then 'withdrawn'
                    when coalesce(v.presence, 'matched') = 'matched'
                        then
                            case when b.kind = 'undetermined' then 'ministry_confirmed' else 'synced' end
                    else 'other_gap'
                end
        when d.attribute is not null then 'in_doubt'
        when coalesce(v.presence, 'matched') = 'matched' and h.is_held then 'corrected'
        when h.is_held then 'other_gap'
        else 'withdrawn'
    end,
    m.dossier_id,
    coalesce(w.basis, '{}')
from gap_before b
left join became m on m.before_id = b.dossier_id
left join recon.verdict v on v.pair = b.pair and v.dossier_id = b.dossier_id and v.to_night = 'infinity'
left join recon.difference d
    on d.pair = b.pair and d.dossier_id = b.dossier_id and d.attribute = b.kind
    and d.to_night = 'infinity'
left join lateral (
    select basis from recon.cause c
    where (c.pair, c.dossier_id, c.kind, c.detail) = (b.pair, b.dossier_id, b.kind, b.detail)
        and c.from_night < %(night)s
    order by c.from_night desc limit 1
) w on true
cross join
    lateral (
        select exists(
            select from core.dossier_record r
            where r.dossier_id = b.dossier_id and r.to_night = 'infinity' and not r.is_removed
        ) as is_held
    ) h
where b.to_night = 'infinity' and not exists (
        select
        from gap_tonight g
        where (g.pair, g.dossier_id, g.kind, g.detail) = (b.pair, b.dossier_id, b.kind, b.detail)
    );
