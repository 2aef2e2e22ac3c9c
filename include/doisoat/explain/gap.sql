-- Tonight's gaps, each with the night on which it was first seen. A gap that was resolved and is back is reopened. If a
-- link was learned, a dossier is now known under another id: its gaps continue there, and the oldest one survives.
create temporary table became on commit drop as
-- dossier ids that have no record any more: usually there are none, and nothing else is read
with gone as materialized (
    select distinct dossier_id from recon.gap g
    where to_night = 'infinity' and not exists (
            select from core.dossier_record r where r.dossier_id = g.dossier_id and r.to_night = 'infinity'
        )
)
select distinct on (g.dossier_id)
    g.dossier_id as before_id,
    r.dossier_id
from gone g
join (
    select
        coalesce(dossier_code, source_id || ':' || record_id) as code,
        dossier_id,
        to_night,
        false as is_named
    from reviewed_record
    union all
    -- a code that no record has as its own, for the only dossier that refers to it
    select
        l.other_code,
        r.dossier_id,
        r.to_night,
        true
    from core.identity_link l join reviewed_record r using (source_id, record_id)
    where not r.is_removed and not exists (
            select from core.identity_conflict c
            where (c.source_id, c.other_code, c.to_night) = (l.source_id, l.other_code, 'infinity'::date)
        )
) r on r.code = g.dossier_id
where r.dossier_id <> g.dossier_id
order by g.dossier_id, r.is_named, r.to_night desc, r.dossier_id;
analyze became;

create temporary table gap_before on commit drop as
select distinct on (pair, dossier_id, kind, detail)
    pair,
    dossier_id,
    kind,
    detail,
    to_night,
    cause,
    opened_on,
    reopened_on
from recon.gap
order by pair, dossier_id, kind, detail, from_night desc;
create unique index on gap_before (pair, dossier_id, kind, detail);
analyze gap_before;

create temporary table gap_tonight on commit drop as
with standing as (
    select
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        c.cause
    from finding f join cause_tonight c using (pair, dossier_id, kind, detail)
    where f.standing = 'gap' and f.kind <> 'moved'
),
inherited as (
    select
        b.pair,
        m.dossier_id,
        b.kind,
        b.detail,
        min(b.opened_on) as opened_on
    from gap_before b join became m on m.before_id = b.dossier_id
    where b.to_night = 'infinity'
    group by 1, 2, 3, 4
)
select
    s.pair,
    s.dossier_id,
    s.kind,
    s.detail,
    s.cause,
    least(coalesce(b.opened_on, %(night)s), coalesce(i.opened_on, %(night)s)) as opened_on,
    case when b.to_night < 'infinity' then %(night)s::date else b.reopened_on end as reopened_on
from standing s
left join gap_before b using (pair, dossier_id, kind, detail)
left join inherited i using (pair, dossier_id, kind, detail);
create unique index on gap_tonight (pair, dossier_id, kind, detail);
analyze gap_tonight;
