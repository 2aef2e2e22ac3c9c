-- Which agency a stated code or name meant at the receipt date (CONTRACTS 5: a name alone is not a key).
-- In order: the code; a name that only one agency had then; a name that several had, decided by the agency id in the
-- dossier code; the same three over agencies of any date. Otherwise unknown, never guessed.
-- A value that is not stated is '', so that rows can be joined by equality.
create unlogged table raw.landing_agency as
with stated as materialized (
    select distinct
        agency_code,
        agency_name,
        prefix,
        epoch,
        core.agency_name_key(agency_name) as name_key
    from raw.landing_stated
),
alias as (
    select
        agency_id,
        valid_from,
        valid_to,
        unnest(array[agency_id, code, old_code]) as alias,
        true as is_code
    from core.agency
    union
    select
        a.agency_id,
        a.valid_from,
        a.valid_to,
        name_key,
        false
    from core.agency a
    union
    select
        a.agency_id,
        a.valid_from,
        a.valid_to,
        a.name_key || ', ' || p.name_key,
        false
    from core.agency a join core.agency p on p.agency_id = a.parent_id
),
candidate as (
    select
        s.agency_code,
        s.agency_name,
        s.prefix,
        s.epoch,
        a.agency_id,
        min(
            case when a.is_code then 0 when s.prefix in (g.agency_id, g.code, g.old_code) then 1 else 2 end
            + case when width_bucket(a.valid_from, %(epochs)s::date[]) <= s.epoch
                    and s.epoch < width_bucket(a.valid_to, %(epochs)s::date[]) then 0
                else 10
            end
        ) as distance,
        bool_or(not a.is_code) as by_name
    from stated s
    join alias a
        on a.is_code and a.alias = s.agency_code
        or not a.is_code and a.alias = s.name_key
    join core.agency g on g.agency_id = a.agency_id and g.valid_from = a.valid_from
    group by 1, 2, 3, 4, 5
),
ranked as (
    select
        *,
        rank() over (partition by agency_code, agency_name, prefix, epoch order by distance) as place,
        count(*) over (partition by agency_code, agency_name, prefix, epoch, distance) as equals
    from candidate
)
select
    coalesce(s.agency_code, '') as agency_code,
    coalesce(s.agency_name, '') as agency_name,
    coalesce(s.prefix, '') as prefix,
    s.epoch,
    case when r.equals = 1 then r.agency_id else 'unknown' end as agency_id
from stated s
left join (
    select distinct on (agency_code, agency_name, prefix, epoch) * from ranked where place = 1
    order by agency_code, agency_name, prefix, epoch, agency_id
) r
    on (s.agency_code, s.agency_name, s.prefix, s.epoch)
    is not distinct from (r.agency_code, r.agency_name, r.prefix, r.epoch);
analyze raw.landing_agency;

-- A unit that the source calls by its own name, if the province file says which agency that is.
create unlogged table raw.mapped_agency as
select
    m.source_value,
    m.valid_from,
    m.valid_to,
    min(a.agency_id) as agency_id
from core.code_map m
join core.agency a on m.value in (a.agency_id, a.code, a.old_code)
where m.source_id = %(source_id)s and m.kind = 'agency'
group by 1, 2, 3
having count(distinct a.agency_id) = 1;
analyze raw.mapped_agency;
