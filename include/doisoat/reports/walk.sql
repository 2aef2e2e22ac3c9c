-- From the portal's published value of indicator 1.4 for a month to the corrected rate, step by step, for an agency
-- with all below it or for the whole, as of that month. The numerator's steps, except the first, are measured
-- independently, so that anything they leave unexplained shows up (`adds_up`); the denominator's are the differences
-- between what was published, reported and counted.
with below as (
    select agency_id from core.subtree(%(agency)s) where from_month <= %(month)s and %(month)s < to_month
),
counted as (
    select
        coalesce(sum(provincial), 0) as provincial,
        coalesce(sum(synced), 0) as synced,
        coalesce(sum(synced_through), 0) as synced_through,
        coalesce(sum(portal_rows), 0) as portal_rows,
        coalesce(sum(added), 0) as added,
        coalesce(sum(added_on_portal), 0) as added_on_portal
    from archive.any_indicator_cell
    where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night and cell_month = %(month)s
        and (%(agency)s::text is null or agency_id in (select agency_id from below))
),
added as (
    select
        source_id,
        sum(added) as added,
        sum(added_on_portal) as added_on_portal
    from archive.any_indicator_cell
    where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night and cell_month = %(month)s
        and (%(agency)s::text is null or agency_id in (select agency_id from below)) and added > 0
    group by 1
),
entry as (
    select
        e.entry_kind,
        e.sign,
        c.cause,
        count(*) as entries
    from archive.any_ledger_entry e
    left join archive.any_cause c
        on (c.archive_id, c.pair, c.dossier_id, c.kind) = (e.archive_id, e.pair, e.dossier_id, e.entry_kind)
        and c.detail = case when e.entry_kind like 'extra%%' then e.record_id else '' end
        and c.from_night <= %(night)s and %(night)s < c.to_night
    where e.archive_id = %(archive_id)s
        and e.from_night <= %(night)s
        and %(night)s < e.to_night
        and e.pair = 'national_provincial'
        and e.receipt_month = %(month)s and (%(agency)s::text is null or e.agency_id in (select agency_id from below))
    group by 1, 2, 3
),
stated as (
    select
        c.source_id || '.' || c.measure as name,
        c.value,
        c.flags
    from core.control_total c
    where c.from_night <= %(night)s
        and %(night)s < c.to_night
        and c.period_kind = 'month'
        and c.period_start = %(month)s
        and coalesce(c.agency_id, '') = coalesce(%(agency)s, '')
),
said as (
    select
        (select value from stated where name = any(%(numerators)s) order by array_position(%(numerators)s, name) limit 1
        ) as numerator,
        (
            select value
            from stated
            where name = any(%(denominators)s)
            order by array_position(%(denominators)s, name)
            limit 1
        ) as denominator,
        (select string_agg(distinct flag, ', ') from stated, unnest(flags) as flag where name = any(%(denominators)s))
            as flags,
        (
            select value
            from stated
            where name = any(%(reported_by)s)
            order by array_position(%(reported_by)s, name)
            limit 1
        ) as reported
),
step as (
    select
        10 as place,
        'published' as step,
        coalesce(flags, '') as of,
        numerator,
        denominator,
        true as is_total
    from said
    union all
    select
        20,
        'published otherwise than counted',
        case when reported is null then 'what was reported did not come to us' else '' end,
        portal_rows - numerator,
        case when reported is not null then greatest(reported, portal_rows) - denominator end,
        false
    from said, counted
    union all
    select
        30,
        'the portal holds more than was reported',
        '',
        0,
        case when reported is not null then reported - greatest(reported, portal_rows) end,
        false
    from said, counted
    union all
    select
        40,
        'reported beyond what the province and the ministries hold',
        '',
        0,
        case when reported is not null then provincial + added - reported end,
        false
    from said, counted
    union all
    select
        50,
        'of these on ministries'' systems',
        source_id,
        0,
        -added,
        false
    from added
    union all
    select
        60,
        'rows that repeat a dossier',
        coalesce(cause, ''),
        -entries,
        0,
        false
    from entry
    where entry_kind = 'extra_national_row'
    union all
    select
        70,
        'only on the portal',
        coalesce(cause, ''),
        -entries,
        0,
        false
    from entry
    where entry_kind = 'national_only'
    union all
    select
        80,
        case sign
            when 1 then 'in another month or agency at the province' else 'in another month or agency on the portal'
        end,
        coalesce(cause, ''),
        -sign * entries,
        0,
        false
    from entry
    where entry_kind = 'moved'
    union all
    select
        90,
        'of the province, on the portal',
        '',
        synced,
        provincial,
        true
    from counted
    union all
    select
        95,
        'of the province, on the portal as a ministry''s',
        '',
        synced_through,
        0,
        false
    from counted
    union all
    select
        100,
        'on ministries'' systems',
        source_id,
        added_on_portal,
        added,
        false
    from added
    union all
    select
        110,
        'corrected',
        '',
        synced + synced_through + added_on_portal,
        provincial + added,
        true
    from counted
)
select
    step,
    of,
    numerator,
    denominator,
    case when is_total then round(numerator::numeric / nullif(denominator, 0), 6) end as ratio,
    case when is_total and place > 10 and not bool_or(numerator is null) over before
            then numerator = sum(numerator) filter (where not is_total or place = 10) over before
    end as adds_up
from step
window before as (order by place, step, of, numerator rows unbounded preceding)
order by place, step, of
