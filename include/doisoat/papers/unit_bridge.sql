-- For each agency that has to act on gaps, with all below it (as of the month of receipt; without one, of the night):
-- what each side lists, and the signed entries between them by cause. A row without a cause has the listed counts. The
-- province as a whole is ''. From first_month to last_month of receipt, or, where both are null, of all.
with subtree as materialized (
    select
        ancestor_id,
        agency_id,
        from_month,
        to_month
    from mart.agency_subtree
    where ancestor_id in (
            select owner_id from archive.any_finding
            where archive_id = %(archive_id)s
                and from_night <= %(night)s
                and %(night)s < to_night
                and opened_on is not null
        )
    union all
    select
        'unknown',
        'unknown',
        '-infinity',
        'infinity'
),
listed as materialized (
    select
        agency_id,
        nullif(cell_month, 'infinity') as receipt_month,
        sum(national_listed) as national_listed,
        sum(provincial_listed) as provincial_listed
    from archive.any_cell_status
    where archive_id = %(archive_id)s
        and from_night <= %(night)s
        and %(night)s < to_night
        and pair = 'national_provincial'
        and (%(first_month)s::date is null or cell_month between %(first_month)s and %(last_month)s)
    group by 1, 2
),
entry as materialized (
    select
        agency_id,
        receipt_month,
        cause,
        count(*) filter (where sign > 0) as national_more,
        count(*) filter (where sign < 0) as provincial_more
    from archive.bridge_entries(%(archive_id)s, %(night)s, false)
    where %(first_month)s::date is null or receipt_month between %(first_month)s and %(last_month)s
    group by 1, 2, 3
),
term as (
    select
        agency_id,
        receipt_month,
        null as cause,
        national_listed,
        provincial_listed,
        0 as national_more,
        0 as provincial_more
    from listed
    union all
    select
        agency_id,
        receipt_month,
        coalesce(cause, 'undetermined'),
        0,
        0,
        national_more,
        provincial_more
    from entry
),
placed as (
    select
        s.ancestor_id as of_agency,
        t.*
    from term t
    join subtree s
        on s.agency_id = t.agency_id
        and s.from_month <= coalesce(t.receipt_month, date_trunc('month', %(night)s::date))
        and coalesce(t.receipt_month, date_trunc('month', %(night)s::date)) < s.to_month
    union all
    select
        '',
        t.*
    from term t
)
select
    p.of_agency,
    p.cause,
    k.label as cause_label,
    sum(p.national_listed) as national_listed,
    sum(p.provincial_listed) as provincial_listed,
    sum(p.national_more) as national_more,
    sum(p.provincial_more) as provincial_more,
    min(p.receipt_month) as first_month,
    max(p.receipt_month) as last_month
from placed p
left join core.cause_rule k using (cause)
group by p.of_agency, p.cause, k.label, k.place
order by p.of_agency, p.cause is not null, sum(p.national_more) + sum(p.provincial_more) desc, k.place
