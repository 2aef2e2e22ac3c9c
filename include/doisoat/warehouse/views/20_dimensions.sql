-- In every form of an agency, what was above it on the last day of that form. Before its first form an agency is what
-- it was in that, as in agency_subtree.
create view mart.dim_agency_dated as
with form as materialized (
    select
        a.agency_id,
        a.code,
        a.name,
        a.level,
        a.parent_id,
        a.valid_from,
        a.valid_to,
        a.origin,
        case when row_number() over forms = 1 then '-infinity' else a.valid_from end as stood_from,
        coalesce(lead(a.valid_from) over forms, 'infinity') as stood_to,
        case a.valid_to when 'infinity' then date '9999-12-31' else a.valid_to - 1 end as last_day
    from archive.any_agency a
    window forms as (partition by a.agency_id order by a.valid_from)
)
select
    a.agency_id,
    a.code,
    a.name,
    coalesce(a.level, 'unknown') as level,
    a.parent_id,
    p.name as parent_name,
    case 'district' when a.level then a.agency_id when p.level then p.agency_id when g.level then g.agency_id end
        as district_id,
    case 'district' when a.level then a.name when p.level then p.name when g.level then g.name end as district_name,
    case 'province' when a.level then a.agency_id when p.level then p.agency_id when g.level then g.agency_id
        when t.level then t.agency_id
    end as province_id,
    case 'province' when a.level then a.name when p.level then p.name when g.level then g.name
        when t.level then t.name
    end as province_name,
    a.valid_from,
    a.valid_to,
    a.valid_to = 'infinity' as is_current,
    a.origin
from form a
left join form p on p.agency_id = a.parent_id and p.stood_from <= a.last_day and a.last_day < p.stood_to
left join form g on g.agency_id = p.parent_id and g.stood_from <= a.last_day and a.last_day < g.stood_to
left join form t on t.agency_id = g.parent_id and t.stood_from <= a.last_day and a.last_day < t.stood_to
union all
select
    'unknown',
    null,
    'Chưa rõ đơn vị',
    'unknown',
    null,
    null,
    null,
    null,
    null,
    null,
    '-infinity',
    'infinity',
    true,
    'ours';

-- Not a DISTINCT, and a level as it is stored: whoever joins facts to the communes would be thought to join them to one
-- row, and every cell would be compared with every agency, one after the other.
create view mart.dim_agency as
select
    a.agency_id,
    a.code,
    a.name,
    a.level as level,
    a.parent_id,
    d.parent_name,
    d.district_id,
    d.district_name,
    d.province_id,
    d.province_name,
    (select min(f.valid_from) from archive.any_agency f where f.agency_id = a.agency_id) as valid_from,
    nullif(a.valid_to, 'infinity') as valid_to,
    a.valid_to = 'infinity' as is_current,
    a.origin
from archive.any_agency a
left join mart.dim_agency_dated d on d.agency_id = a.agency_id and d.valid_from = a.valid_from
where a.level is not null
    and not exists (
        select from archive.any_agency l where l.agency_id = a.agency_id and l.valid_from > a.valid_from
    )
union all
select
    a.agency_id,
    a.code,
    a.name,
    'unknown',
    a.parent_id,
    d.parent_name,
    d.district_id,
    d.district_name,
    d.province_id,
    d.province_name,
    (select min(f.valid_from) from archive.any_agency f where f.agency_id = a.agency_id),
    nullif(a.valid_to, 'infinity'),
    a.valid_to = 'infinity',
    a.origin
from archive.any_agency a
left join mart.dim_agency_dated d on d.agency_id = a.agency_id and d.valid_from = a.valid_from
where a.level is null
    and not exists (
        select from archive.any_agency l where l.agency_id = a.agency_id and l.valid_from > a.valid_from
    )
union all
select
    agency_id,
    code,
    name,
    level,
    parent_id,
    parent_name,
    district_id,
    district_name,
    province_id,
    province_name,
    null,
    null,
    true,
    origin
from mart.dim_agency_dated where agency_id = 'unknown';
comment on view mart.dim_agency_dated is 'Agencies in each of their forms: what they were called, and which district and province they belonged to. Facts joined to it by agency, where valid_from <= receipt date and receipt date < valid_to, meet one form or none. Grain: agency, range of days.';
comment on column mart.dim_agency_dated.agency_id is 'Our stable id, as in the facts; unknown for what no source places.';
comment on column mart.dim_agency_dated.code is 'National id of the agency; null if no source states one.';
comment on column mart.dim_agency_dated.name is 'Vietnamese name.';
comment on column mart.dim_agency_dated.level is 'province, department, district, commune or unknown.';
comment on column mart.dim_agency_dated.parent_id is 'The agency one level up; null if none is.';
comment on column mart.dim_agency_dated.parent_name is 'Its name then.';
comment on column mart.dim_agency_dated.district_id is 'The district that it is or belongs to; null if none: departments, and communes since districts were abolished.';
comment on column mart.dim_agency_dated.district_name is 'Its name then.';
comment on column mart.dim_agency_dated.province_id is 'The province that it is or belongs to.';
comment on column mart.dim_agency_dated.province_name is 'Its name then.';
comment on column mart.dim_agency_dated.valid_from is 'First day on which it existed in this form.';
comment on column mart.dim_agency_dated.valid_to is 'First day on which it no longer did; infinity while it does.';
comment on column mart.dim_agency_dated.is_current is 'Whether it still exists in this form.';
comment on column mart.dim_agency_dated.origin is 'reference, or the source that we learned it from; ours for the row unknown.';

comment on view mart.dim_agency is 'Agencies, each once, in their latest form; the forms before are in mart.dim_agency_dated. Grain: agency.';
comment on column mart.dim_agency.agency_id is 'Our stable id, as in the facts; unknown for what no source places.';
comment on column mart.dim_agency.code is 'National id of the agency; null if no source states one.';
comment on column mart.dim_agency.name is 'Vietnamese name.';
comment on column mart.dim_agency.level is 'province, department, district, commune or unknown.';
comment on column mart.dim_agency.parent_id is 'The agency one level up; null if none is.';
comment on column mart.dim_agency.parent_name is 'Its name then.';
comment on column mart.dim_agency.district_id is 'The district that it is or belongs to; null if none: departments, and communes since districts were abolished.';
comment on column mart.dim_agency.district_name is 'Its name then.';
comment on column mart.dim_agency.province_id is 'The province that it is or belongs to.';
comment on column mart.dim_agency.province_name is 'Its name then.';
comment on column mart.dim_agency.valid_from is 'First day on which it existed, in whichever form; null for the row unknown.';
comment on column mart.dim_agency.valid_to is 'First day on which it no longer did; null while it does.';
comment on column mart.dim_agency.is_current is 'Whether it still exists in this form.';
comment on column mart.dim_agency.origin is 'reference, or the source that we learned it from; ours for the row unknown.';

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
-- asked for no agency, it need not look below all
from mart.agency_subtree s where of_agency is not null and s.ancestor_id = of_agency
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
    is_enabled,
    coalesce(label, source_id) as source_name
from core.source;
comment on view mart.dim_source is 'The source systems. Grain: source.';
comment on column mart.dim_source.source_id is 'Name of the source.';
comment on column mart.dim_source.source_kind is 'The connector that reads it.';
comment on column mart.dim_source.side is 'provincial, national or ministry.';
comment on column mart.dim_source.has_listing is 'Whether it lists records.';
comment on column mart.dim_source.has_counts is 'Whether it declares control totals.';
comment on column mart.dim_source.is_enabled is 'Whether it is currently read.';
comment on column mart.dim_source.source_name is 'Its label in the province file; its source_id if it has none.';

create view mart.dim_date as
select
    d::date as date,
    date_trunc('month', d)::date as month,
    date_trunc('quarter', d)::date as quarter,
    extract(year from d)::integer as year,
    extract(isodow from d)::integer as iso_weekday,
    w.is_working,
    w.is_open,
    case when w.day is not null then not w.is_working and extract(isodow from d) < 6 end as is_holiday,
    w.number as working_days,
    (array['Thứ Hai', 'Thứ Ba', 'Thứ Tư', 'Thứ Năm', 'Thứ Sáu', 'Thứ Bảy', 'Chủ nhật'])[extract(isodow from d)]
        as weekday_label,
    to_char(d, '"Tháng "FMMM/YYYY') as month_label,
    'Quý ' || (array['I', 'II', 'III', 'IV'])[extract(quarter from d)] || to_char(d, '/YYYY') as quarter_label,
    to_char(d, '"Năm "YYYY') as year_label,
    case when w.is_working then 'Ngày làm việc' when w.is_open then 'Ngày tiếp nhận'
        when w.is_working is null then 'Chưa rõ' when extract(isodow from d) < 6 then 'Ngày nghỉ lễ' else
            'Ngày nghỉ hằng tuần'
    end as day_label
from generate_series('2020-01-01'::timestamp, '2035-12-31', '1 day') d
left join core.working_day w on w.calendar = '' and w.day = d::date;
comment on view mart.dim_date is 'Calendar days, with the working days of the common calendar. Grain: day.';
comment on column mart.dim_date.date is 'The day.';
comment on column mart.dim_date.month is 'First day of its month.';
comment on column mart.dim_date.quarter is 'First day of its quarter.';
comment on column mart.dim_date.year is 'Its year.';
comment on column mart.dim_date.iso_weekday is '1 Monday to 7 Sunday.';
comment on column mart.dim_date.is_working is 'Whether it counts towards a term; null for days that the calendar does not have.';
comment on column mart.dim_date.is_open is 'Whether dossiers are taken in: on working days and on the further days that the province file names.';
comment on column mart.dim_date.is_holiday is 'Whether it is a day off from Monday to Friday: a public holiday, or a day given for one.';
comment on column mart.dim_date.working_days is 'Working days of the calendar up to and including it: the difference of two is the number of working days between.';
comment on column mart.dim_date.weekday_label is 'The weekday in Vietnamese.';
comment on column mart.dim_date.month_label is 'The month in Vietnamese.';
comment on column mart.dim_date.quarter_label is 'The quarter in Vietnamese.';
comment on column mart.dim_date.year_label is 'The year in Vietnamese.';
comment on column mart.dim_date.day_label is 'In Vietnamese: a working day, a day on which dossiers are only taken in, a holiday, or a weekend.';
