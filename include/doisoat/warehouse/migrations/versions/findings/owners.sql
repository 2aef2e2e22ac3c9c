-- Who does an agency's work on a night: itself while it exists; else the one agency to which all its successions in the
-- reference lead. Null if they lead to several, to nobody, or partly into the unknown: none of them is picked.
create function core.successor_of(of_agency text, on_night date) returns text
language sql stable as $$
with recursive after as (
    select of_agency as agency_id
    union
    select s.successor_id
    from after
    join core.succession s on s.agency_id = after.agency_id and s.since <= on_night
    where not exists (
            select from core.agency a
            where a.agency_id = after.agency_id and a.valid_from <= on_night and on_night < a.valid_to
        )
),
at_end as (
    select
        after.agency_id,
        exists(
            select from core.agency a
            where a.agency_id = after.agency_id and a.valid_from <= on_night and on_night < a.valid_to
        ) as exists_then
    from after
)
select case when count(*) = 1 and bool_and(exists_then) then min(agency_id) end
from at_end e
where exists_then or not exists (
        select from core.succession s where s.agency_id = e.agency_id and s.since <= on_night
    )
$$;
comment on function core.successor_of(text, date) is 'The agency that does the work of this one on a night: itself, or its only successor; null if there is none or several.';

-- Who has to act on a gap on a night: the agency of its dossier or its only successor; if there are several or none is
-- known, the nearest agency above it for which this can be decided; else unknown.
create function core.owner_of(of_agency text, on_night date) returns text
language sql stable as $$
with recursive up as (
    select
        of_agency as agency_id,
        0 as steps
    union all
    select
        a.parent_id,
        up.steps + 1
    from up
    cross join
        lateral (
            select parent_id from core.agency a where a.agency_id = up.agency_id order by valid_from desc limit 1
        ) a
    where a.parent_id is not null and up.steps < 10
)
select coalesce((
    select s.agency_id from up cross join lateral (select core.successor_of(up.agency_id, on_night) as agency_id) s
    where s.agency_id is not null
    order by up.steps limit 1
), 'unknown')
$$;
comment on function core.owner_of(text, date) is 'The agency that has to act on a night: this one or its only successor, else the nearest above it for which that can be decided, else unknown.';
