-- The province's own case system is the authority on which agencies it has: one that the reference lacks is learned and
-- marked as such (the check "known agencies" counts them), so that its dossiers are not lumped together as "unknown".
-- A fingerprint is no code of an agency: whatever stood there would make a name of the reference ambiguous for all.
insert into core.agency (
    agency_id, valid_from, code, name, name_key, level, parent_id, origin, first_night
)
with known as (
    select distinct code from core.agency_coded
),
named as (
    select distinct name_key from core.agency_named
)
select distinct on (agency_id)
    agency_id,
    '-infinity',
    agency_code,
    agency_name,
    stated.name_key,
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
        core.agency_name_key(agency_name) as name_key,
        sum(rows) as stated_rows
    from raw.landing_stated
    where coalesce(agency_code, agency_ref) not like '#%%' and core.agency_name_key(agency_name) is not null
    group by 1, 2, 3, 4, 5, 6
) stated
left join named on named.name_key = stated.name_key and stated.agency_code is null
where named.name_key is null and not exists (select from known where known.code = stated.agency_code)
order by agency_id, stated_rows desc, agency_name
on conflict do nothing;
