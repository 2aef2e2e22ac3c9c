-- What the portal counts as received in a month, each count under its own name, and the way from each to what the
-- province received. Which of ours comes nearest is a fact about numbers and no reading of the portal's: `beside` says
-- how far apart the two are. From that count of ours to the province's own each step is measured on its own.
with below as (
    select agency_id from core.subtree(%(agency)s) where from_month <= %(month)s and %(month)s < to_month
),
cell as (
    select * from archive.any_indicator_cell
    where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night and cell_month = %(month)s
        and (%(agency)s::text is null or agency_id in (select agency_id from below))
),
counted as (
    select
        coalesce(sum(provincial), 0) as provincial,
        coalesce(sum(provincial) filter (where channel <> 'unknown'), 0) as with_channel,
        coalesce(sum(synced), 0) as synced,
        coalesce(sum(portal), 0) as portal,
        coalesce(sum(portal_rows), 0) as portal_rows,
        coalesce(sum(added), 0) as added
    from cell
),
stated as (
    select
        c.source_id || '.' || c.measure as name,
        c.value,
        array_to_string(c.flags, ', ') as flags
    from core.control_total c
    where c.from_night <= %(night)s
        and %(night)s < c.to_night
        and c.period_kind = 'month'
        and c.period_start = %(month)s
        and coalesce(c.agency_id, '') = coalesce(%(agency)s, '')
),
theirs as (
    select
        place,
        s.name,
        s.value,
        s.flags
    from stated s join unnest(%(received)s::text[]) with ordinality asked (name, place) using (name)
    where s.value is not null
),
is_listed as (
    select exists(
        select from archive.any_pull p join core.source s using (source_id)
        where p.archive_id = %(archive_id)s and p.night = %(night)s and s.side = 'national' and s.has_listing
            and p.cut_off is not null
    ) as national
),
-- what is added to the province's own count to come to another of ours, part by part
part as (
    select
        ours,
        step,
        value
    from counted, is_listed, lateral (
            values
            ('received by the province', '', 0, true),
            (
                'received by the province, with a channel',
                'of the province, without a channel',
                with_channel - provincial,
                true
            ),
            (
                'received by the province and on ministries'' systems',
                'on ministries'' systems',
                added,
                true
            ),
            (
                'received by the province, on the portal',
                'of the province, not on the portal',
                synced - provincial,
                national
            ),
            ('dossiers on the portal', 'of the province, not on the portal', synced - provincial, national),
            ('dossiers on the portal', 'on the portal, and not of the province here', portal - synced, national),
            ('rows on the portal', 'of the province, not on the portal', synced - provincial, national),
            ('rows on the portal', 'on the portal, and not of the province here', portal - synced, national),
            ('rows on the portal', 'rows that repeat a dossier', portal_rows - portal, national)
        ) parts (ours, step, value, is_known)
    where is_known
    union all
    select
        'reported to the national reporting system',
        'reported beyond what the province received',
        (
            select s.value from stated s where s.name = any(%(reported_by)s) and s.value is not null
            order by array_position(%(reported_by)s, s.name) limit 1
        ) - provincial
    from counted
),
ours as (
    select
        ours,
        min(provincial) + sum(p.value) as value
    from part p, counted
    where p.value is not null
    group by ours
),
nearest as (
    select distinct on (t.name)
        t.place,
        t.name,
        t.value,
        t.flags,
        o.ours,
        o.value as our_value
    from theirs t cross join ours o
    order by t.name, abs(t.value - o.value), o.ours = 'received by the province' desc, o.ours
),
line as (
    select
        place,
        name,
        1 as line,
        'published' as step,
        flags as of,
        value
    from nearest
    union all
    select
        place,
        name,
        2,
        'the nearest of ours is so much more',
        ours,
        our_value - value
    from nearest
    union all
    select
        n.place,
        n.name,
        3,
        p.step,
        '',
        -p.value
    from nearest n join part p using (ours)
    where p.value <> 0
    union all
    select
        n.place,
        n.name,
        4,
        'received by the province',
        '',
        provincial
    from nearest n, counted
)
select
    name as count,
    step,
    of,
    value as number
from line
order by place, line, step
