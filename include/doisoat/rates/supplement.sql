-- How often and for how long each dossier of the province waited for supplements, as far as nights show it: no source
-- states the requests, but a record shown in status 5 is waiting for an answer to one (ADR 21). A request that no night
-- shows does not count.
create temporary table night_read on commit drop as
select
    source_id,
    night,
    cut_off
from ops.pull
where source_id = any(%(provincial_sources)s)
    and night <= %(night)s
    and state = 'fresh'
    and (is_complete or mode = 'incremental');
analyze night_read;
create temporary table reads_until on commit drop as
select
    s.source_id,
    day::date as day,
    (select count(*) from night_read n where n.source_id = s.source_id and n.night <= day) as reads
from (select
    source_id,
    min(night) as first_night
from night_read group by 1) s
cross join generate_series(s.first_night, %(night)s, interval '1 day') as day;
create temporary table supplement on commit drop as
with shown as (
    select
        source_id,
        record_id,
        from_night,
        least(to_night, %(judged_on)s::date + 1) as to_night,
        received_at,
        due_at,
        from_night
        > lag(to_night, 1, '-infinity') over (partition by source_id, record_id order by from_night) as begins
    from core.dossier_record
    where source_id = any(%(provincial_sources)s) and status = '5' and from_night <= %(judged_on)s
        and (
            %(of_interest_from)s::date is null
            or (source_id, record_id) in (
                select
                    source_id,
                    record_id
                from of_interest
            )
        )
),
numbered as (
    select
        *,
        count(*) filter (where begins) over (partition by source_id, record_id order by from_night) as request
    from shown
),
request as (
    select
        source_id,
        record_id,
        request,
        min(from_night) as from_night,
        max(to_night) as to_night,
        min(received_at) as received_at,
        (array_agg(due_at order by from_night))[1] as due_at
    from numbered group by 1, 2, 3
),
-- the request was open at least from the first to the last night that shows it, and at most from the night before to
-- the night after
read as (
    select
        r.*,
        (
            select min(n.cut_off)
            from night_read n
            where n.source_id = r.source_id and n.night >= r.from_night and n.night < r.to_night
        )
            as first_shown,
        (
            select max(n.cut_off)
            from night_read n
            where n.source_id = r.source_id and n.night >= r.from_night and n.night < r.to_night
        )
            as last_shown,
        (select max(n.cut_off) from night_read n where n.source_id = r.source_id and n.night < r.from_night) as not_yet,
        (select min(n.cut_off) from night_read n where n.source_id = r.source_id and n.night >= r.to_night) as no_longer
    from request r
)
select
    source_id,
    record_id,
    count(*) as requests,
    bool_or(to_night > %(judged_on)s) as awaits,
    coalesce(sum(last_shown - first_shown), '0') as waited_least,
    sum(coalesce(least(no_longer, %(known_at)s), %(known_at)s) - coalesce(greatest(not_yet, received_at), first_shown))
        as waited_most,
    (array_agg(due_at order by request))[1] as due_before
from read group by 1, 2;
analyze reads_until;
analyze supplement;
