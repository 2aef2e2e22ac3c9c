-- Who has a dossier whose stated agency had ended by its receipt: the agency that took over, if the reference names one
-- (core.succession), directly or after others; if it names several, the one of them whose id the dossier's code begins
-- with; else unknown, never guessed. An agency of which no succession is known stays as it is stated. Only what was
-- resolved to an ended agency is in this table: a few rows, and none while all agencies exist.
create unlogged table raw.landing_successor as
with resolved as (
    select
        agency_id,
        prefix,
        epoch
    from raw.landing_agency
    union
    select
        u.agency_id,
        coalesce(s.prefix, ''),
        s.epoch
    from raw.landing_stated s
    join raw.mapped_agency u on u.source_value = s.agency_code
),
ended as (
    select
        r.agency_id,
        r.prefix,
        r.epoch,
        e.day
    from resolved r
    cross join lateral (select (%(epochs)s::date[])[r.epoch] as day) e
    where not exists (
            select from core.agency a
            where a.agency_id = r.agency_id and a.valid_from <= e.day and e.day < a.valid_to
        )
        and exists (select from core.succession s where s.agency_id = r.agency_id and s.since <= e.day)
)
select
    e.agency_id,
    e.prefix,
    e.epoch,
    coalesce(core.successor_of(e.agency_id, e.day), by_code.agency_id, 'unknown') as successor_id
from ended e
left join lateral (
    select min(a.agency_id) as agency_id
    from core.succession s
    join core.agency a on a.agency_id = s.successor_id and a.valid_from <= e.day and e.day < a.valid_to
    where s.agency_id = e.agency_id and s.since <= e.day and e.prefix in (a.agency_id, a.code, a.old_code)
    having count(distinct a.agency_id) = 1
) by_code on true;
analyze raw.landing_successor;
