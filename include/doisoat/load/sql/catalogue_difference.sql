-- A source's catalogue compared with the province's own, as valid on the day: procedures by family, agencies by any of
-- their codes, fields by code. Only what the province's reference states counts as its own, not what was learned from
-- sources. If one of the two does not keep a catalogue at all, there are no differences.
create temporary table catalogue_difference_tonight on commit drop as
with here as (
    select
        'procedure' as catalogue,
        procedure_family as code,
        array[procedure_family] as codes,
        name
    from core.procedure where origin = 'reference'
    union all
    select
        'agency',
        coalesce(code, agency_id),
        array[code, agency_id, old_code],
        name
    from core.agency
    where origin = 'reference' and valid_from <= %(day)s and %(day)s < valid_to
    union all
    select distinct on (field_code)
        'field',
        field_code,
        array[field_code],
        field_name
    from core.procedure where origin = 'reference' and field_code is not null
),
stated as (
    select
        catalogue,
        case catalogue when 'procedure' then core.procedure_family(code) else code end as code,
        min(name) as name
    from catalogue_entry_tonight
    group by 1, 2
),
there as (
    select
        s.catalogue,
        s.code as stated_code,
        coalesce(h.code, s.code) as code,
        s.name
    from stated s
    left join here h on h.catalogue = s.catalogue and s.code = any(h.codes)
),
comparable as (
    select catalogue from there
    intersect
    select catalogue from here
)
select distinct on (catalogue, code)
    %(source_id)s::text as source_id,
    catalogue,
    code,
    case when h.code is null then 'only_there' when t.code is null then 'only_here'
        when t.stated_code <> h.code then 'code_differs' else 'name_differs'
    end as kind,
    t.stated_code as code_there,
    t.name as name_there,
    h.name as name_here
from there t
full join here h using (catalogue, code)
join comparable using (catalogue)
where h.code is null or t.code is null or t.stated_code <> h.code
    or case catalogue when 'agency'
            then core.agency_name_key(t.name) is distinct from core.agency_name_key(h.name)
                and not exists (
                    select from core.agency_alias a join core.agency g using (agency_id)
                    where coalesce(g.code, g.agency_id) = h.code and a.name_key = core.agency_name_key(t.name)
                )
        else lower(btrim(normalize(t.name, nfc))) is distinct from lower(btrim(normalize(h.name, nfc)))
    end
order by catalogue, code, t.stated_code = code desc;
analyze catalogue_difference_tonight;
