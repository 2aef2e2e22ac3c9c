-- How late the dossiers received on one day arrived, counted once: tonight they have been watched for as long as any
-- lag may be, so it is known which ones did not arrive, and none is left out for being late. A dossier's lateness is
-- its age when a comparison last found it missing: with a lag of that length it would never have been called a gap, and
-- the time of its arrival, which no listing shows, need not be guessed. Dossiers are identified as known tonight: what
-- a link joined later was never missing. It reads the rows that started since then (an index on nights), and for their
-- dossiers what both sides held meanwhile.
insert into recon.arrival (night, pair, presence, agency_id, received_on, watched_for, hours, dossiers)
with received as materialized (
    select
        dossier_id,
        agency_id,
        coalesce(received_at, submitted_at) as moment
    from core.dossier_record
    where source_id = any(%(holding)s) and from_night >= %(received_on)s::date - 1 and to_night = 'infinity'
        and duplicate_rank = 1
        and (coalesce(received_at, submitted_at) at time zone %(timezone)s)::date = %(received_on)s
        and ('received_at' = any(unread)) is not true
),
arrived as (
    select
        d.*,
        (
            select min(greatest(r.from_night, %(received_on)s)) from core.dossier_record r
            where r.dossier_id = d.dossier_id and r.source_id = any(%(lacking)s) and not r.is_removed
                and r.to_night > %(received_on)s
        ) as arrived_on
    from received d
),
lacked as (
    select
        a.*,
        (
            select max(least(r.to_night, a.arrived_on) - 1) from core.dossier_record r
            where r.dossier_id = a.dossier_id and r.source_id = any(%(holding)s) and not r.is_removed
                and r.from_night < a.arrived_on and r.to_night > %(received_on)s
        ) as lacked_on
    from arrived a
)
select
    %(night)s,
    %(pair)s,
    %(presence)s,
    l.agency_id,
    %(received_on)s,
    %(watched_for)s,
    case when l.arrived_on is not null
            then greatest(ceil(extract(epoch from c.as_of - l.moment) / 3600), 0)::integer
    end as hours,
    count(*)
from lacked l
left join recon.comparison c on (c.night, c.pair) = (l.lacked_on, %(pair)s)
group by l.agency_id, hours;
