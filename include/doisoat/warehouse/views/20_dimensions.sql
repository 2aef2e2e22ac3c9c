create view mart.dim_agency as
select distinct on (a.agency_id)
    a.agency_id,
    a.code,
    a.name,
    a.level,
    a.parent_id,
    p.name as parent_name,
    a.valid_from,
    a.valid_to,
    a.origin
from archive.any_agency a
left join archive.any_agency p on p.agency_id = a.parent_id
order by a.agency_id, a.valid_from desc, p.valid_from desc
;
comment on view mart.dim_agency is 'Agencies, each in its latest form; agency_id ''unknown'' has no row and means "unknown agency". Grain: agency.';
comment on column mart.dim_agency.agency_id is 'Our stable id, as in the facts.';
comment on column mart.dim_agency.code is 'National id of the agency.';
comment on column mart.dim_agency.name is 'Vietnamese name.';
comment on column mart.dim_agency.level is 'province, department, district or commune.';
comment on column mart.dim_agency.parent_id is 'The agency one level up.';
comment on column mart.dim_agency.parent_name is 'Its name.';
comment on column mart.dim_agency.valid_from is 'First day on which the agency existed in this form.';
comment on column mart.dim_agency.valid_to is 'First day on which it no longer did.';
comment on column mart.dim_agency.origin is 'reference, or the source that we learned it from.';

-- The single definition of a subtree, for the bridge, the rates, the form, the reports and what repairs gain. In every
-- month each agency has at most one parent: the one on the month's last day, before its first form that of the first,
-- after its last form that of the last. So the parts of a subtree never overlap, and nothing is lost between forms. All
-- pairs at once: they are a few thousand. What has no receipt date belongs where its agency was in the month of the
-- night.
create view mart.agency_subtree as
with recursive form as (
    select
        a.agency_id,
        a.parent_id,
        case when row_number() over forms = 1 then '-infinity' else date_trunc('month', a.valid_from)::date end
            as from_month,
        coalesce(date_trunc('month', lead(a.valid_from) over forms)::date, 'infinity') as to_month
    from archive.any_agency a
    window forms as (partition by a.agency_id order by a.valid_from)
),
below as (
    select
        a.agency_id as ancestor_id,
        a.agency_id,
        '-infinity'::date as from_month,
        'infinity'::date as to_month
    from (
        select agency_id from form
        union
        select parent_id from form where parent_id is not null
    ) a
    union
    select
        b.ancestor_id,
        f.agency_id,
        greatest(b.from_month, f.from_month),
        least(b.to_month, f.to_month)
    from below b
    join form f on f.parent_id = b.agency_id and greatest(b.from_month, f.from_month) < least(b.to_month, f.to_month)
)
select
    ancestor_id,
    agency_id,
    from_month,
    to_month
from below;
comment on view mart.agency_subtree is 'Every agency with all agencies below it, and itself: facts joined to it by agency, where from_month <= receipt month and receipt month < to_month (without one: the month of the night), are those of the subtree, each once. Every number "with all below it" is counted this way. Grain: ancestor, agency, range of months.';
comment on column mart.agency_subtree.ancestor_id is 'The agency at the top.';
comment on column mart.agency_subtree.agency_id is 'Itself, or an agency below it.';
comment on column mart.agency_subtree.from_month is 'First month of receipt in which it was there; -infinity: from the beginning.';
comment on column mart.agency_subtree.to_month is 'First month of receipt in which it no longer was; infinity: to the end.';

-- The same for one agency, even one about which nothing is known.
create or replace function core.subtree(of_agency text) returns table (agency_id text, from_month date, to_month date)
-- security definer: analysts, who may read only mart, call it through a view
language sql stable security definer set search_path = '' as $$
select
    of_agency,
    '-infinity'::date,
    'infinity'::date
union
select
    s.agency_id,
    s.from_month,
    s.to_month
from mart.agency_subtree s where s.ancestor_id = of_agency
$$;
comment on function core.subtree(text) is 'An agency and everything below it, with the months of receipt (to_month exclusive) in which it was there.';

create view mart.dim_procedure as
select
    procedure_family,
    procedure_code,
    name,
    field_code,
    field_name,
    origin
from archive.any_procedure;
comment on view mart.dim_procedure is 'Procedures by family. Grain: procedure family.';
comment on column mart.dim_procedure.procedure_family is 'First 8 characters of the code, as in the facts.';
comment on column mart.dim_procedure.procedure_code is 'The code as the reference states it.';
comment on column mart.dim_procedure.name is 'Vietnamese name; null if only a code was seen.';
comment on column mart.dim_procedure.field_code is 'Code of the field (lĩnh vực).';
comment on column mart.dim_procedure.field_name is 'Name of the field.';
comment on column mart.dim_procedure.origin is 'reference, or the source that showed the code.';

create view mart.dim_source as
select
    source_id,
    source_kind,
    side,
    has_listing,
    has_counts,
    is_enabled
from core.source;
comment on view mart.dim_source is 'The source systems. Grain: source.';
comment on column mart.dim_source.source_id is 'Name of the source.';
comment on column mart.dim_source.source_kind is 'The connector that reads it.';
comment on column mart.dim_source.side is 'provincial, national or ministry.';
comment on column mart.dim_source.has_listing is 'Whether it lists records.';
comment on column mart.dim_source.has_counts is 'Whether it declares control totals.';
comment on column mart.dim_source.is_enabled is 'Whether it is currently read.';

create view mart.dim_date as
select
    d::date as date,
    date_trunc('month', d)::date as month,
    date_trunc('quarter', d)::date as quarter,
    extract(year from d)::integer as year,
    extract(isodow from d)::integer as iso_weekday
from generate_series('2020-01-01'::timestamp, '2035-12-31', '1 day') d;
comment on view mart.dim_date is 'Calendar days. Grain: day.';
comment on column mart.dim_date.date is 'The day.';
comment on column mart.dim_date.month is 'First day of its month.';
comment on column mart.dim_date.quarter is 'First day of its quarter.';
comment on column mart.dim_date.year is 'Its year.';
comment on column mart.dim_date.iso_weekday is '1 Monday to 7 Sunday.';
