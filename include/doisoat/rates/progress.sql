-- The progress of each dossier of the province at the time known_at, by the province's own records as known on the
-- night: one row per dossier (ADR 21). `standing` is judged by timestamps, minus the time spent waiting for
-- supplements; `standing_by_date` by calendar dates. If only what was open or received on a day or later is asked for
-- (of_interest_from), what ended before is left out.
create temporary table progress on commit drop as
-- only of records that were different before: few of all. Of those of interest, only where it matters since when a
-- record was shown: what was received later cannot have been shown before.
with earlier as (
    select
        source_id,
        record_id,
        min(from_night) as night
    from core.dossier_record
    where %(of_interest_from)s::date is null and source_id = any(%(provincial_sources)s) and to_night <= %(night)s
    group by 1, 2
    union all
    select
        r.source_id,
        r.record_id,
        min(r.from_night) as night
    from of_interest i
    join core.dossier_record r using (source_id, record_id)
    where r.source_id = any(%(provincial_sources)s) and r.to_night <= %(night)s
        and (i.receipt_date is null or i.receipt_date < i.from_night)
    group by 1, 2
),
held as (
    select * from of_interest
    union all
    -- planned by itself: several processes may read it, although none but one sees the temporary table
    select *
    from (
        select
            source_id,
            record_id,
            agency_id,
            procedure_family,
            channel,
            receipt_date,
            receipt_month,
            status,
            due_at,
            finished_at,
            returned_at,
            from_night
        from core.dossier_record
        where %(of_interest_from)s::date is null
            and source_id = any(%(provincial_sources)s)
            and from_night <= %(night)s
            and %(night)s < to_night
            and duplicate_rank = 1
        offset 0
    ) every_record
),
stated as (
    select
        r.source_id,
        r.record_id,
        r.agency_id,
        r.procedure_family,
        coalesce(r.channel, 'unknown') as channel,
        r.receipt_date,
        r.receipt_month,
        r.status,
        r.due_at,
        least(r.from_night, e.night, f.night) as first_night,
        r.finished_at is null as is_by_return,
        -- an end that the source could not have known about does not count
        case when coalesce(r.finished_at, r.returned_at) <= greatest(%(cut_off)s, %(known_at)s)
                then coalesce(r.finished_at, r.returned_at)
        end as ended_at
    from held r
    left join earlier e using (source_id, record_id)
    left join core.first_seen f using (source_id, record_id)
),
-- what ended after known_at was still open then
outcome as (
    select
        s.source_id,
        s.record_id,
        s.agency_id,
        s.procedure_family,
        s.channel,
        s.receipt_date,
        s.receipt_month,
        s.due_at,
        s.first_night,
        s.is_by_return,
        case when s.ended_at < %(known_at)s then s.ended_at end as ended_at,
        case when s.ended_at >= %(known_at)s then 'pending' when s.status in ('3', '7', '8') then 'without_result'
            when s.status in ('9', '10') or s.ended_at is not null then 'resolved' else 'pending'
        end as outcome
    from stated s
),
-- a due date without a time of day lasts to the end of that day; if none is stated, the statutory term
due as (
    select
        o.*,
        coalesce(o.ended_at, %(known_at)s) as judged_at,
        case when o.due_at is null then (t.day + 1)::timestamp at time zone %(timezone)s - interval '1 microsecond'
            when
                (o.due_at at time zone %(timezone)s)::time = '00:00'
                then o.due_at + interval '1 day' - interval '1 microsecond'
            else o.due_at
        end as due_until
    from outcome o
    left join
        core.procedure p
        on o.due_at is null and p.procedure_family = o.procedure_family and p.legal_days is not null
    left join core.agency_calendar c on p.legal_days is not null and c.agency_id = o.agency_id
    left join
        core.working_day b
        on p.legal_days is not null and b.calendar = coalesce(c.calendar, '') and b.day = o.receipt_date
    left join core.working_day t on t.calendar = b.calendar and t.number = b.number + p.legal_days and t.is_working
    offset 0  -- each of these is computed once, and not again wherever it is used
),
days as (
    select
        d.*,
        (d.due_until at time zone %(timezone)s)::date as due_on,
        (d.ended_at at time zone %(timezone)s)::date as ended_on,
        -- nor is an end at exactly midnight a time: it is a date
        d.judged_at
        + case when
                (d.ended_at at time zone %(timezone)s)::time = '00:00'
                then interval '1 day' - interval '1 microsecond'
            else '0'
        end as judged_until
    from due d
    offset 0
),
-- nights between receipt and end for which the status is not known: a request may have been open on each. A source that
-- moves the due date itself while a supplement is awaited leaves nothing to subtract.
watched as (
    select
        d.*,
        coalesce(s.awaits, false) as awaits,
        coalesce(s.requests, 0) as requests,
        u.nights_unseen,
        d.due_until + w.least as due_least,
        d.due_until + w.most + u.nights_unseen * interval '2 days' as due_most
    from days d
    left join supplement s using (source_id, record_id)
    left join reads_until l on l.source_id = d.source_id and l.day = coalesce(d.ended_on - 1, %(judged_on)s)
    left join reads_until f on f.source_id = d.source_id and f.day = greatest(d.first_night, d.receipt_date) - 1
    cross join
        lateral (
            select
                case when s.due_before < d.due_at then '0' else coalesce(s.waited_least, '0') end as least,
                case when s.due_before < d.due_at then '0' else coalesce(s.waited_most, '0') end as most
        ) w
    cross join
        lateral (
            select greatest(
                0, coalesce(d.ended_on, %(judged_on)s::date + 1) - d.receipt_date
                - greatest(0, coalesce(l.reads, 0) - coalesce(f.reads, 0))
            ) as nights_unseen
        ) u
    offset 0
)
select
    source_id,
    record_id,
    agency_id,
    procedure_family,
    channel,
    receipt_date,
    receipt_month,
    outcome,
    awaits,
    -- an end that is stated to be before the receipt counts on the day of the receipt
    case when ended_on is not null then greatest(ended_on, receipt_date) end as ended_on,
    case when outcome = 'without_result' or outcome = 'resolved' and ended_at is null then null
        when requests > 1 then 'overdue'
        when judged_at > due_most and not (outcome = 'resolved' and is_by_return) then 'overdue'
        when judged_until <= due_least and requests + nights_unseen <= 1
            then
                case when outcome = 'pending' then 'in_time'
                    when ended_on < (due_least at time zone %(timezone)s)::date then 'early' else 'on_time'
                end
        else 'undecided'
    end as standing,
    case when outcome = 'without_result' or outcome = 'resolved' and ended_at is null then null
        when outcome = 'pending' and %(judged_on)s <= due_on then 'in_time'
        when ended_on < due_on then 'early'
        when ended_on = due_on then 'on_time'
        when coalesce(ended_on, %(judged_on)s) > due_on and not (outcome = 'resolved' and is_by_return) then 'overdue'
        else 'undecided'
    end as standing_by_date
from watched;
analyze progress;
