-- What was reported for a period to the national reporting system: as stated, else for a quarter or year the sum of its
-- months if every one is stated, else last year's total prorated ("/12", "/4"; CONTRACTS 6). By agency as the report
-- names it; a unit's report is assumed to include what is below the unit, that of the whole is the province's own.
create temporary table reported on commit drop as
with said as (
    select distinct on (c.period_kind, c.period_start, agency)
        c.period_kind,
        c.period_start,
        coalesce(c.agency_id, '') as agency,
        c.value
    from core.control_total c
    join
        unnest(%(reported_by)s::text[]) with ordinality as wanted (name, place)
        on wanted.name = c.source_id || '.' || c.measure
    where c.from_night <= %(night)s
        and %(night)s < c.to_night
        and c.value is not null
        and c.agency_id is distinct from 'unknown'
    order by 1, 2, 3, wanted.place
),
stated as (
    select * from said
    union all
    select
        s.period_kind,
        s.period_start,
        a.agency_id,
        s.value
    from said s cross join (select distinct agency_id from core.agency where level = 'province') a
    where s.agency = '' and not exists (
            select
            from said o
            where (o.period_kind, o.period_start, o.agency) = (s.period_kind, s.period_start, a.agency_id)
        )
),
summed as (
    select
        p.period_kind,
        p.period_start,
        m.agency,
        sum(m.value)::bigint as value
    from period p
    join stated m on m.period_kind = 'month' and m.period_start >= p.period_start and m.period_start < p.period_end
    where p.period_kind in ('quarter', 'year', 'range')
    group by p.period_kind, p.period_start, p.period_end, m.agency
    having count(*)
        = extract(year from age(p.period_end, p.period_start)) * 12
        + extract(month from age(p.period_end, p.period_start))
),
prorated as (
    select
        p.period_kind,
        p.period_start,
        y.agency,
        y.value / case p.period_kind when 'month' then 12 when 'quarter' then 4 else 1 end as value
    from period p
    join stated y
        on y.period_kind = 'year'
        and y.period_start = (date_trunc('year', p.period_start) - interval '1 year')::date
    where p.period_kind in ('month', 'quarter', 'year')
)
select
    period_kind,
    period_start,
    agency,
    value,
    basis
from (
    select
        *,
        row_number() over (partition by period_kind, period_start, agency order by place) as place_of
    from (
        select
            period_kind,
            period_start,
            agency,
            value,
            'reported' as basis,
            1 as place
        from stated
        union all
        select
            period_kind,
            period_start,
            agency,
            value,
            'sum_of_months',
            2
        from summed
        union all
        select
            period_kind,
            period_start,
            agency,
            value,
            'last_year_prorated',
            3
        from prorated
    ) known
) ranked
where place_of = 1;
analyze reported;
