-- The counts behind the four numbers of notice 204/TB-UBND, for one month of receipt, as known on a night: by level of
-- the receiving unit (each without what is below it), and the whole (no level); and the time to acceptance, which is
-- not a rate.
with latest as (
    select distinct on (agency_id)
        agency_id,
        level
    from archive.any_agency
    order by agency_id, valid_from desc
),
recorded as (
    select
        coalesce(a.level, 'unknown') as level,
        c.*
    from archive.any_indicator_cell c
    left join latest a using (agency_id)
    where c.archive_id = %(archive_id)s and c.from_night <= %(night)s and %(night)s < c.to_night
        and c.source_id = '' and c.cell_month = %(month)s and c.provincial > 0
),
summed as (
    select
        level,
        sum(provincial) as received,
        coalesce(sum(provincial) filter (where channel = 'online'), 0) as online,
        coalesce(sum(provincial) filter (where channel = 'unknown'), 0) as channel_unknown,
        sum(digitised) as digitised,
        sum(digitised_unsaid) as digitised_unsaid,
        sum(digitised_disputed) as digitised_disputed,
        sum(paid_online) as paid_online,
        sum(payment_unsaid) as payment_unsaid,
        sum(payment_disputed) as payment_disputed,
        sum(accepted_timed) as accepted_timed,
        sum(acceptance_seconds) as acceptance_seconds,
        sum(accepted_in_8_hours) as accepted_in_8_hours,
        sum(acceptance_unknown) as acceptance_unknown,
        sum(acceptance_implausible) as acceptance_implausible
    from recorded
    group by grouping sets ((level), ())
    having count(*) > 0
),
-- the median is not a sum: it needs the dossiers themselves, which only the current revision still has
span as (
    select
        coalesce(a.level, 'unknown') as level,
        extract(epoch from r.received_at - r.submitted_at) as seconds
    from core.dossier_record r
    left join latest a using (agency_id)
    -- an array, so that no other side's records are read
    where r.source_id = any(array(select source_id from core.source where side = 'provincial'))
        and %(archive_id)s = 0 and r.from_night <= %(night)s and %(night)s < r.to_night and r.duplicate_rank = 1
        and r.channel = 'online' and r.receipt_month = %(month)s and r.received_at >= r.submitted_at
        and (r.submitted_at at time zone %(timezone)s)::time > '00:00'
        and (r.received_at at time zone %(timezone)s)::time > '00:00'
),
median as (
    select
        level,
        percentile_cont(0.5) within group (order by seconds) as seconds
    from span
    group by grouping sets ((level), ())
)
select
    s.level,
    s.received,
    round(s.acceptance_seconds / nullif(s.accepted_timed, 0) / 3600, 1) as mean_hours,
    round((m.seconds / 3600)::numeric, 1) as median_hours,
    s.online,
    s.channel_unknown,
    s.digitised,
    s.digitised_unsaid,
    s.digitised_disputed,
    s.paid_online,
    s.payment_unsaid,
    s.payment_disputed,
    s.accepted_timed,
    s.accepted_in_8_hours,
    s.acceptance_unknown,
    s.acceptance_implausible
from summed s
left join median m on m.level is not distinct from s.level
order by array_position('{province,department,district,commune,unknown}', s.level)
