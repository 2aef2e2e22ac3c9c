-- What core.owner_of says, for all agencies at once and as ranges of nights: it changes only on days on which an agency
-- begins, ends or is succeeded.
create view mart.agency_owner as
with recursive turn as (
    select
        day as from_night,
        lead(day, 1, 'infinity') over (order by day) as to_night
    from (
        select date '-infinity' as day
        union
        select valid_from from core.agency
        union
        select valid_to from core.agency where isfinite(valid_to)
        union
        select since from core.succession
    ) days
),
agency as materialized (
    select distinct on (agency_id)
        agency_id,
        parent_id
    from core.agency
    order by agency_id, valid_from desc
),
existing as materialized (
    select
        t.from_night,
        a.agency_id
    from turn t join core.agency a on a.valid_from <= t.from_night and t.from_night < a.valid_to
),
after as (
    select
        t.from_night,
        a.agency_id,
        a.agency_id as at_id
    from turn t cross join agency a
    union
    select
        f.from_night,
        f.agency_id,
        s.successor_id
    from after f
    join core.succession s on s.agency_id = f.at_id and s.since <= f.from_night
    left join existing e on e.from_night = f.from_night and e.agency_id = f.at_id
    where e.agency_id is null
),
followed as materialized (
    select
        f.from_night,
        f.agency_id,
        case when count(*) = 1 and count(e.agency_id) = 1 then min(f.at_id) end as successor_id
    from after f
    left join existing e on e.from_night = f.from_night and e.agency_id = f.at_id
    where e.agency_id is not null or not exists (
            select from core.succession s where s.agency_id = f.at_id and s.since <= f.from_night
        )
    group by 1, 2
),
up as (
    select
        agency_id,
        agency_id as at_id,
        0 as steps
    from agency
    union all
    select
        u.agency_id,
        a.parent_id,
        u.steps + 1
    from up u join agency a on a.agency_id = u.at_id
    where a.parent_id is not null and u.steps < 10
),
owner as (
    select distinct on (u.agency_id, f.from_night)
        u.agency_id,
        f.from_night,
        f.successor_id as owner_id
    from up u join followed f on f.agency_id = u.at_id
    order by u.agency_id, f.from_night, f.successor_id is null, u.steps
)
select
    o.agency_id,
    coalesce(o.owner_id, 'unknown') as owner_id,
    t.from_night,
    t.to_night
from owner o join turn t using (from_night)
union all
select
    'unknown',
    'unknown',
    '-infinity',
    'infinity';
comment on view mart.agency_owner is 'Who acts for an agency on a night: facts joined to it by agency, where from_night <= night and night < to_night, meet one row. Grain: agency, range of nights.';
comment on column mart.agency_owner.agency_id is 'The agency that had the dossiers.';
comment on column mart.agency_owner.owner_id is 'The agency that acts: itself or its only successor, else the nearest above it for which that can be decided, else unknown.';
comment on column mart.agency_owner.from_night is 'First night on which this is so.';
comment on column mart.agency_owner.to_night is 'First night on which it no longer is; infinity while it is.';
