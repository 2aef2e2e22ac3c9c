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
        code as alias
    from core.agency_coded
),
meant as (
    select
        s.*,
        a.agency_id,
        a.valid_from,
        a.valid_to,
        true as is_code
    from stated s join alias a on a.alias = s.agency_code
    union all
    select
        s.*,
        n.agency_id,
        n.valid_from,
        n.valid_to,
        false
    from stated s join core.agency_named n on n.name_key = s.name_key
),
candidate as (
    select
        m.agency_code,
        m.agency_name,
        m.prefix,
        m.epoch,
        m.agency_id,
        min(
            case when m.is_code then 0 when m.prefix in (g.agency_id, g.code, g.old_code) then 1 else 2 end
            + case when width_bucket(m.valid_from, %(epochs)s::date[]) <= m.epoch
                    and m.epoch < width_bucket(m.valid_to, %(epochs)s::date[]) then 0
                else 10
            end
        ) as distance
    from meant m
    join core.agency g on g.agency_id = m.agency_id and g.valid_from = m.valid_from
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
with alias as (
    select distinct
        agency_id,
        code as alias
    from core.agency_coded
)
select
    m.source_value,
    m.valid_from,
    m.valid_to,
    min(a.agency_id) as agency_id
from core.code_map m
join alias a on a.alias = m.value
where m.source_id = %(source_id)s and m.kind = 'agency'
group by 1, 2, 3
having count(distinct a.agency_id) = 1;
analyze raw.mapped_agency;
