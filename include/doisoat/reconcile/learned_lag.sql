-- The lags that tonight applies, from what earlier nights counted (arrival.sql): for an agency with all below it, and
-- for the whole province, if there are enough dossiers. The lag is the smallest that was enough for the requested
-- share; if fewer than that arrived at all while they were watched, it is the longest allowed.
insert into recon.learned_lag (night, pair, presence, agency_id, allowed_lag, quantile, dossiers, arrived)
with late as (
    select
        a.presence,
        l.above_id as agency_id,
        a.hours,
        sum(a.dossiers) as dossiers
    from recon.arrival a
    join agency_line l using (agency_id)
    where a.pair = %(pair)s and a.night >= %(night)s::date - %(nights)s and a.night < %(night)s
        and a.watched_for >= %(at_most)s
    group by 1, 2, 3
),
counted as (
    select
        presence,
        agency_id,
        hours,
        sum(dossiers) over (agency order by hours nulls last) as by_then,
        sum(dossiers) over agency as dossiers,
        coalesce(sum(dossiers) filter (where hours is not null) over agency, 0) as arrived
    from late
    window agency as (partition by presence, agency_id)
)
select
    %(night)s,
    %(pair)s,
    presence,
    agency_id,
    least(greatest(
        coalesce(min(hours) filter (where by_then >= %(quantile)s * dossiers) * interval '1 hour', %(at_most)s),
        %(allowed_lag)s
    ), %(at_most)s),
    %(quantile)s,
    dossiers,
    arrived
from counted
where dossiers >= %(min_dossiers)s
group by presence, agency_id, dossiers, arrived;
