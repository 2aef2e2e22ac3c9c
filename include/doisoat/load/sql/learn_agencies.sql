-- The province's own case system is the authority on which agencies it has: one that the reference lacks is learned and
-- marked as such (the check "known agencies" counts them), so that its dossiers are not lumped together as "unknown".
insert into core.agency (
    agency_id, valid_from, code, name, name_key, level, parent_id, origin, first_night
)
with known as (
    select agency_id as code from core.agency
    union
    select code from core.agency
    union
    select old_code from core.agency
)
select distinct on (agency_id)
    agency_id,
    '-infinity',
    agency_code,
    agency_name,
    core.agency_name_key(agency_name),
    agency_level,
    parent_agency_code,
    %(source_id)s,
    %(night)s
from (
    select
        coalesce(agency_code, %(source_id)s || ':' || agency_ref) as agency_id,
        agency_code,
        agency_name,
        agency_level,
        parent_agency_code,
        sum(rows) as stated_rows
    from raw.landing_stated
    where coalesce(agency_code, agency_ref) is not null and core.agency_name_key(agency_name) is not null
    group by 1, 2, 3, 4, 5
) stated
where not exists (select from known where known.code = stated.agency_code)
    and (agency_code is not null or not exists (
        select from core.agency_named a where a.name_key = core.agency_name_key(stated.agency_name)
    ))
order by agency_id, stated_rows desc, agency_name
on conflict do nothing;
