-- Compares the counts that offices reported with the counts we compute for the same unit with all below it and the same
-- period, as known on the night; for received dossiers also which ones may explain the difference. A province's report
-- is compared with the province's own records, the portal's with the portal's, which only show what was received.
-- parts: each agency with all that it is part of, and in which months (what has no receipt date: in the month of the
-- night); if a report also names units below a unit, that unit's count is its own only
with parts as materialized (
    select
        agency_id,
        ancestor_id as part,
        agency_id = ancestor_id as is_own,
        from_month,
        to_month
    from mart.agency_subtree
    union all
    select
        agency_id,
        '',
        false,
        '-infinity',
        'infinity'
    from (
        select agency_id from core.agency
        union
        select 'unknown'
    ) every
),
current as materialized (
    select
        c.source_id,
        s.side,
        c.measure,
        c.period_kind,
        c.period_start,
        period.period_end,
        c.agency_key,
        c.agency_id,
        c.value,
        c.flags,
        c.from_night
    from core.control_total c
    join core.source s using (source_id)
    cross join
        lateral (
            select
                (
                    c.period_start
                    + case c.period_kind when 'month' then interval '1 month' when 'quarter' then interval '3 months'
                        else interval '1 year'
                    end
                )::date as period_end
        ) period
    where s.source_kind = 'report_workbook' and c.period_kind in ('month', 'quarter', 'year')
        and c.from_night <= %(night)s and %(night)s < c.to_night
        and (%(measure)s::text is null or c.measure = %(measure)s)
),
-- once each, instead of a lookup from every count: a report may cover thousands of units
with_units_below as materialized (
    select distinct
        o.source_id,
        o.measure,
        o.period_kind,
        o.period_start,
        parts.part
    from current o
    join
        parts on parts.agency_id = o.agency_id and not parts.is_own
    and parts.from_month < o.period_end and o.period_start < parts.to_month
),
reported as (
    select
        c.source_id,
        c.side,
        c.measure,
        c.period_kind,
        c.period_start,
        c.period_end,
        c.agency_key,
        c.agency_id,
        coalesce(c.agency_id, '') as part,
        c.value,
        c.flags,
        c.from_night as since_night,
        w.part is not null as is_own
    from current c
    left join
        with_units_below w on w.part = c.agency_id
    and (w.source_id, w.measure, w.period_kind, w.period_start)
    = (c.source_id, c.measure, c.period_kind, c.period_start)
),
published as (select night from mart.night where night <= %(night)s),
-- what is compared, numbered: a unit with all below it, or its own part, in a period, on the night its report arrived
unit as materialized (
    select
        *,
        row_number() over () as unit_no,
        since_night in (select night from published) as has_then,
        period_start - 1 in (select night from published) as has_beginning,
        period_end - 1 in (select night from published) as has_end
    from (
        select distinct
            side,
            period_start,
            period_end,
            part,
            is_own,
            since_night
        from reported
        where part <> 'unknown' and side in ('provincial', 'national')
    ) distinct_unit
),
-- found before any of their cells is read; numbered in each place where cells are kept
asked_night as materialized (
    select
        night,
        archive_id,
        row_number() over (partition by archive_id order by night) as number
    from mart.night_revision
    where is_standing and night <= %(night)s and night in (
            select unnest(array[%(night)s::date, since_night, period_start - 1, period_end - 1]) from unit
        )
),
-- the cells of the nights that matter, without procedure and channel: each is read once, however many of these nights
-- it is valid on, and counts for those from first_number to last_number
cell_of_nights as materialized (
    select
        archive_id,
        agency_id,
        nullif(cell_month, 'infinity') as receipt_month,
        first_number,
        last_number,
        sum(provincial) as provincial,
        sum(provincial) filter (where channel = 'online') as provincial_online,
        sum(provincial) filter (where channel = 'direct') as provincial_direct,
        sum(provincial) filter (where channel = 'post') as provincial_post,
        sum(portal) as national,
        sum(portal) filter (where channel = 'online') as national_online,
        sum(portal) filter (where channel = 'direct') as national_direct,
        sum(portal) filter (where channel = 'post') as national_post,
        sum(portal_rows - portal) as repeated,
        sum(added + maybe_added) as ministries,
        sum(case when %(by_date)s then resolved_early_by_date else resolved_early end) as early,
        sum(case when %(by_date)s then resolved_on_time_by_date else resolved_on_time end) as on_time,
        sum(case when %(by_date)s then resolved_overdue_by_date else resolved_overdue end) as overdue,
        sum(case when %(by_date)s then resolved_undecided_by_date else resolved_undecided end) as undecided,
        sum(ended_without_result) as without_result,
        sum(ended_undated) as ended_undated,
        sum(case when %(by_date)s then pending_in_time_by_date else pending_in_time end) as open_in_time,
        sum(case when %(by_date)s then pending_overdue_by_date else pending_overdue end) as open_overdue,
        sum(case when %(by_date)s then pending_undecided_by_date else pending_undecided end) as open_undecided,
        sum(pending_awaiting) as awaiting
    from (
        select
            width_bucket(c.from_night - 1, a.nights) + 1 as first_number,
            width_bucket(c.to_night - 1, a.nights) as last_number,
            c.*
        from (
            select
                archive_id,
                array_agg(night order by night) as nights
            from asked_night
            group by 1
        ) a
        join archive.any_indicator_cell c using (archive_id)
    ) counted
    where first_number <= last_number
    group by 1, 2, 3, 4, 5
),
cell as materialized (
    select
        n.night,
        c.agency_id,
        c.receipt_month,
        coalesce(c.receipt_month, date_trunc('month', n.night)::date) as stood_in,
        sum(c.provincial) as provincial,
        sum(c.provincial_online) as provincial_online,
        sum(c.provincial_direct) as provincial_direct,
        sum(c.provincial_post) as provincial_post,
        sum(c.national) as national,
        sum(c.national_online) as national_online,
        sum(c.national_direct) as national_direct,
        sum(c.national_post) as national_post,
        sum(c.repeated) as repeated,
        sum(c.ministries) as ministries,
        sum(c.early) as early,
        sum(c.on_time) as on_time,
        sum(c.overdue) as overdue,
        sum(c.undecided) as undecided,
        sum(c.without_result) as without_result,
        sum(c.ended_undated) as ended_undated,
        sum(c.open_in_time) as open_in_time,
        sum(c.open_overdue) as open_overdue,
        sum(c.open_undecided) as open_undecided,
        sum(c.awaiting) as awaiting
    from cell_of_nights c
    join asked_night n on n.archive_id = c.archive_id and n.number between c.first_number and c.last_number
    group by 1, 2, 3
),
-- the same by unit: its own part, and with all below it
of_part as materialized (
    select
        p.part,
        w.is_own,
        c.night,
        c.receipt_month,
        sum(c.provincial) as provincial,
        sum(c.provincial_online) as provincial_online,
        sum(c.provincial_direct) as provincial_direct,
        sum(c.provincial_post) as provincial_post,
        sum(c.national) as national,
        sum(c.national_online) as national_online,
        sum(c.national_direct) as national_direct,
        sum(c.national_post) as national_post,
        sum(c.repeated) as repeated,
        sum(c.ministries) as ministries,
        sum(c.early) as early,
        sum(c.on_time) as on_time,
        sum(c.overdue) as overdue,
        sum(c.undecided) as undecided,
        sum(c.without_result) as without_result,
        sum(c.ended_undated) as ended_undated,
        sum(c.open_in_time) as open_in_time,
        sum(c.open_overdue) as open_overdue,
        sum(c.open_undecided) as open_undecided,
        sum(c.awaiting) as awaiting
    from parts p
    join (values (true), (false)) as w (is_own) on p.is_own or not w.is_own
    join cell c on c.agency_id = p.agency_id and p.from_month <= c.stood_in and c.stood_in < p.to_month
    group by 1, 2, 3, 4
),
in_period as materialized (
    select
        u.unit_no,
        sum(case u.side when 'provincial' then o.provincial else o.national end) as received,
        sum(case u.side when 'provincial' then o.provincial_online else o.national_online end) as received_online,
        sum(case u.side when 'provincial' then o.provincial_direct else o.national_direct end) as received_direct,
        sum(case u.side when 'provincial' then o.provincial_post else o.national_post end) as received_post,
        sum(case u.side when 'national' then o.repeated end) as repeated,
        sum(case u.side when 'provincial' then o.ministries end) as ministries,
        sum(o.early) as early,
        sum(o.on_time) as on_time,
        sum(o.overdue) as overdue,
        sum(o.undecided) as undecided,
        sum(o.without_result) as without_result
    from unit u
    join of_part o using (part, is_own)
    where o.night = %(night)s and o.receipt_month >= u.period_start and o.receipt_month < u.period_end
    group by 1
),
in_period_then as materialized (
    select
        u.unit_no,
        sum(case u.side when 'provincial' then o.provincial else o.national end) as received
    from unit u
    join of_part o on (o.part, o.is_own, o.night) = (u.part, u.is_own, u.since_night)
    where o.receipt_month >= u.period_start and o.receipt_month < u.period_end
    group by 1
),
ended_before as materialized (
    select
        u.unit_no,
        sum(o.ended_undated) as ended_undated
    from unit u
    join of_part o using (part, is_own)
    where o.night = %(night)s and o.receipt_month < u.period_end
    group by 1
),
standing as materialized (
    select
        part,
        is_own,
        night,
        sum(provincial) filter (where receipt_month is null) as provincial_undated,
        sum(national) filter (where receipt_month is null) as national_undated,
        sum(open_in_time) as open_in_time,
        sum(open_overdue) as open_overdue,
        sum(open_undecided) as open_undecided,
        sum(awaiting) as awaiting
    from of_part
    group by 1, 2, 3
),
counted as materialized (
    select
        u.unit_no,
        coalesce(n.received, 0) as received,
        coalesce(n.received_online, 0) as received_online,
        coalesce(n.received_direct, 0) as received_direct,
        coalesce(n.received_post, 0) as received_post,
        case when u.has_then then coalesce(t.received, 0) end as received_then,
        coalesce(case u.side when 'provincial' then s.provincial_undated else s.national_undated end, 0) as undated,
        coalesce(n.repeated, 0) as repeated,
        coalesce(n.ministries, 0) as ministries,
        coalesce(n.early, 0) as early,
        coalesce(n.on_time, 0) as on_time,
        coalesce(n.overdue, 0) as overdue,
        coalesce(n.undecided, 0) as undecided,
        coalesce(n.without_result, 0) as without_result,
        coalesce(d.ended_undated, 0) as ended_undated,
        case when u.has_beginning then coalesce(b.open_in_time + b.open_overdue + b.open_undecided, 0) end
            as carried_over,
        case when u.has_end then coalesce(e.open_in_time, 0) end as open_in_time,
        case when u.has_end then coalesce(e.open_overdue, 0) end as open_overdue,
        case when u.has_end then coalesce(e.open_undecided, 0) end as open_undecided,
        case when u.has_end then coalesce(e.awaiting, 0) end as awaiting
    from unit u
    left join in_period n using (unit_no)
    left join in_period_then t using (unit_no)
    left join ended_before d using (unit_no)
    left join standing s on (s.part, s.is_own, s.night) = (u.part, u.is_own, %(night)s)
    left join standing b on (b.part, b.is_own, b.night) = (u.part, u.is_own, u.period_start - 1)
    left join standing e on (e.part, e.is_own, e.night) = (u.part, u.is_own, u.period_end - 1)
),
-- from the bridge: what the other side has in the unit and period and this side elsewhere, and vice versa
entry as materialized (
    select * from mart.ledger_entry where night = %(night)s and pair = 'national_provincial' and entry_kind = 'moved'
),
moved as materialized (
    select
        unit_no,
        count(*) filter (where balance > 0) as moved_in,
        count(*) filter (where balance < 0) as moved_out
    from (
        select
            u.unit_no,
            e.dossier_id,
            sum(case u.side when 'provincial' then e.sign else -e.sign end) as balance
        from unit u
        join parts p on p.part = u.part and (p.is_own or not u.is_own)
        join entry e
            on e.agency_id = p.agency_id and e.receipt_month >= u.period_start and e.receipt_month < u.period_end
            and p.from_month <= e.receipt_month and e.receipt_month < p.to_month
        group by 1, 2
    ) dossier
    group by 1
),
-- rows of this side that count no dossier: removed, and (for the province, whose facts do not show them) repeated; by
-- month, since every period is made of whole months; each is found by an index of its own
row as materialized (
    select
        s.side,
        r.agency_id,
        date_trunc('month', r.receipt_date)::date as receipt_month,
        count(*) filter (where r.is_removed) as removed,
        count(*) filter (where not r.is_removed) as repeated
    from core.source s
    join
        (
            select * from core.dossier_record
            where to_night = 'infinity' and is_removed
            union all
            select * from core.dossier_record
            where to_night = 'infinity' and duplicate_rank > 1 and not is_removed
            union all
            select * from core.dossier_record
            where to_night < 'infinity' and to_night > %(night)s and (is_removed or duplicate_rank > 1)
        ) r
        on r.source_id = s.source_id and r.from_night <= %(night)s
    where (s.has_listing or s.has_look_ups) and (r.is_removed or s.side = 'provincial')
    group by 1, 2, 3
),
row_of_part as materialized (
    select
        r.side,
        p.part,
        w.is_own,
        r.receipt_month,
        sum(r.removed) as removed,
        sum(r.repeated) as repeated
    from parts p
    join (values (true), (false)) as w (is_own) on p.is_own or not w.is_own
    join row r on r.agency_id = p.agency_id and p.from_month <= r.receipt_month and r.receipt_month < p.to_month
    group by 1, 2, 3, 4
),
shown as materialized (
    select
        u.unit_no,
        sum(r.removed) as removed,
        sum(r.repeated) as repeated
    from unit u
    join row_of_part r using (side, part, is_own)
    where r.receipt_month >= u.period_start and r.receipt_month < u.period_end
    group by 1
),
-- for each measure, the lower and the upper bound of the count; null if our evidence does not say
compared as (
    select
        r.*,
        m.least,
        m.most,
        case
            when
                m.least is not null and r.value is not null
                then greatest(r.value - m.most, 0) + least(r.value - m.least, 0)
        end
            as difference,
        c.received_then - c.received as changed_since,
        coalesce(c.ministries, 0) as ministries,
        coalesce(c.undated, 0) as undated,
        coalesce(c.repeated, 0) + coalesce(s.repeated, 0) as repeated,
        coalesce(s.removed, 0) as removed,
        coalesce(v.moved_in, 0) as moved_in,
        coalesce(v.moved_out, 0) as moved_out
    from reported r
    left join unit u using (side, period_start, period_end, part, is_own, since_night)
    left join counted c using (unit_no)
    left join moved v using (unit_no)
    left join shown s using (unit_no)
    -- a flag says whether what ended without a result counts as resolved, or it is not known
    cross join
        lateral (
            select
                case when 'RESOLVED_COUNTS_WITH_RETURNED' = any(r.flags) then c.without_result else 0 end
                    as returned_least,
                case when 'RESOLVED_COUNTS_FINISHED_ONLY' = any(r.flags) then 0 else c.without_result end
                    as returned_most,
                case when 'RESOLVED_COUNTS_WITH_RETURNED' = any(r.flags) then c.awaiting else 0 end as awaiting_least,
                case when 'RESOLVED_COUNTS_FINISHED_ONLY' = any(r.flags) then 0 else c.awaiting end as awaiting_most,
                c.early + c.on_time + c.overdue + c.undecided as resolved,
                c.open_in_time + c.open_overdue + c.open_undecided as pending
        ) w
    cross join
        lateral (
            select
                case r.measure when 'received' then c.received when 'received_online' then c.received_online
                    when 'received_direct' then c.received_direct when 'received_post' then c.received_post
                    when 'received_direct_or_post' then c.received_direct + c.received_post
                end as received,
                case when r.side = 'provincial'
                        then case r.measure when 'carried_over' then c.carried_over
                                when 'received_and_carried_over' then c.received + c.carried_over
                                when 'resolved' then w.resolved + w.returned_least
                                when 'resolved_early' then c.early
                                when 'resolved_on_time' then c.on_time + w.returned_least
                                when 'resolved_in_time' then c.early + c.on_time + w.returned_least
                                when 'resolved_overdue' then c.overdue
                                when 'pending' then w.pending
                                when 'pending_in_time'
                                    then case when w.pending is not null
                                                then greatest(c.open_in_time, w.awaiting_least)
                                        end
                                when 'pending_overdue'
                                    then case when w.pending is not null
                                                then greatest(0, c.open_overdue - w.awaiting_most)
                                        end
                            end
                end as least,
                case when r.side = 'provincial'
                        then case r.measure when 'carried_over' then c.carried_over
                                when 'received_and_carried_over' then c.received + c.carried_over
                                when 'resolved' then w.resolved + w.returned_most + c.ended_undated
                                when 'resolved_early' then c.early + c.undecided + c.ended_undated
                                when 'resolved_on_time'
                                    then c.on_time + w.returned_most + c.undecided + c.ended_undated
                                when 'resolved_in_time'
                                    then c.early + c.on_time + w.returned_most + c.undecided + c.ended_undated
                                when 'resolved_overdue' then c.overdue + c.undecided + c.ended_undated
                                when 'pending' then w.pending + c.ended_undated
                                when 'pending_in_time'
                                    then least(w.pending, c.open_in_time + c.open_undecided + w.awaiting_most)
                                when 'pending_overdue' then c.open_overdue + c.open_undecided
                            end
                end as most
        ) ours
    cross join lateral (
        select
            coalesce(ours.received, ours.least) as least,
            coalesce(ours.received, ours.most) as most
    ) m
)
select
    source_id,
    side,
    period_kind,
    period_start,
    agency_id,
    coalesce(nullif(agency_key, ''), '(whole)') as reported_as,
    measure,
    value as reported,
    least as ours_least,
    most as ours_most,
    difference,
    flags,
    case when measure = 'received' then changed_since end as changed_since,
    case when measure = 'received' then ministries end as ministries,
    case when measure = 'received' then undated end as undated,
    case when measure = 'received' then removed end as removed,
    case when measure = 'received' then repeated end as repeated,
    case when measure = 'received' then moved_in end as moved_in,
    case when measure = 'received' then moved_out end as moved_out,
    case when measure = 'received' and rest is not null
            then greatest(0, rest - ministries - undated - removed - repeated - moved_in) + least(0, rest + moved_out)
    end as unexplained
from (
    select
        *,
        difference - coalesce(changed_since, 0) as rest
    from compared
) compared
where not %(differing)s or difference <> 0
order by source_id, period_start, period_kind, agency_id nulls first, agency_key, measure
