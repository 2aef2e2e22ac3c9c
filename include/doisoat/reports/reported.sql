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
unit as (
    select distinct
        side,
        period_start,
        period_end,
        part,
        is_own,
        since_night,
        since_night in (select night from published) as has_then,
        period_start - 1 in (select night from published) as has_beginning,
        period_end - 1 in (select night from published) as has_end
    from reported
    where part <> 'unknown' and side in ('provincial', 'national')
),
-- each unit's counts: the cells of all agencies that are the unit or below it, on the nights that matter
of_night as materialized (
    select
        *,
        coalesce(receipt_month, date_trunc('month', night)::date) as stood_in
    from mart.fact_indicator
    where night in (
            select distinct unnest(array[%(night)s::date, since_night, period_start - 1, period_end - 1]) from unit
        ) and night <= %(night)s
),
fact as (
    select
        u.side,
        u.period_start,
        u.period_end,
        u.part,
        u.is_own,
        u.since_night,
        u.has_then,
        u.has_beginning,
        u.has_end,
        f.*,
        f.night = %(night)s as now,
        f.receipt_month >= u.period_start and f.receipt_month < u.period_end as is_in_period,
        case u.side when 'provincial' then f.provincial else f.portal end as dossiers,
        case when %(by_date)s then f.resolved_early_by_date else f.resolved_early end as early,
        case when %(by_date)s then f.resolved_on_time_by_date else f.resolved_on_time end as on_time,
        case when %(by_date)s then f.resolved_overdue_by_date else f.resolved_overdue end as overdue,
        case when %(by_date)s then f.resolved_undecided_by_date else f.resolved_undecided end as undecided,
        case when %(by_date)s then f.pending_in_time_by_date else f.pending_in_time end as open_in_time,
        case when %(by_date)s then f.pending_overdue_by_date else f.pending_overdue end as open_overdue,
        case when %(by_date)s then f.pending_undecided_by_date else f.pending_undecided end as open_undecided
    from unit u
    join parts p on p.part = u.part and (p.is_own or not u.is_own)
    left join
        of_night f
        on f.agency_id = p.agency_id and f.night in (%(night)s, u.since_night, u.period_start - 1, u.period_end - 1)
        and p.from_month <= f.stood_in and f.stood_in < p.to_month
),
counted as (
    select
        side,
        period_start,
        period_end,
        part,
        is_own,
        since_night,
        coalesce(sum(dossiers) filter (where now and is_in_period), 0) as received,
        coalesce(sum(dossiers) filter (where now and is_in_period and channel = 'online'), 0) as received_online,
        coalesce(sum(dossiers) filter (where now and is_in_period and channel = 'direct'), 0) as received_direct,
        coalesce(sum(dossiers) filter (where now and is_in_period and channel = 'post'), 0) as received_post,
        case when has_then then coalesce(sum(dossiers) filter (where night = since_night and is_in_period), 0) end
            as received_then,
        coalesce(sum(dossiers) filter (where now and receipt_month is null), 0) as undated,
        coalesce(sum(case side when 'national' then portal_rows - portal end) filter (where now and is_in_period), 0)
            as repeated,
        coalesce(sum(added + maybe_added) filter (where now and is_in_period and side = 'provincial'), 0) as ministries,
        coalesce(sum(early) filter (where now and is_in_period), 0) as early,
        coalesce(sum(on_time) filter (where now and is_in_period), 0) as on_time,
        coalesce(sum(overdue) filter (where now and is_in_period), 0) as overdue,
        coalesce(sum(undecided) filter (where now and is_in_period), 0) as undecided,
        coalesce(sum(ended_without_result) filter (where now and is_in_period), 0) as without_result,
        coalesce(sum(ended_undated) filter (where now and receipt_month < period_end), 0) as ended_undated,
        case when has_beginning then coalesce(
                    sum(open_in_time + open_overdue + open_undecided)
                    filter (where night = period_start - 1), 0
                )
        end as carried_over,
        case when has_end then coalesce(sum(open_in_time) filter (where night = period_end - 1), 0) end as open_in_time,
        case when has_end then coalesce(sum(open_overdue) filter (where night = period_end - 1), 0) end as open_overdue,
        case when has_end then coalesce(sum(open_undecided) filter (where night = period_end - 1), 0) end
            as open_undecided,
        case when has_end then coalesce(sum(pending_awaiting) filter (where night = period_end - 1), 0) end as awaiting
    from fact
    group by 1, 2, 3, 4, 5, 6, has_then, has_beginning, has_end
),
-- from the bridge: what the other side has in the unit and period and this side elsewhere, and vice versa
entry as materialized (
    select * from mart.ledger_entry where night = %(night)s and pair = 'national_provincial' and entry_kind = 'moved'
),
moved as (
    select
        side,
        period_start,
        period_end,
        part,
        is_own,
        since_night,
        count(*) filter (where balance > 0) as moved_in,
        count(*) filter (where balance < 0) as moved_out
    from (
        select
            u.side,
            u.period_start,
            u.period_end,
            u.part,
            u.is_own,
            u.since_night,
            e.dossier_id,
            sum(case u.side when 'provincial' then e.sign else -e.sign end) as balance
        from unit u
        join parts p on p.part = u.part and (p.is_own or not u.is_own)
        join entry e
            on e.agency_id = p.agency_id and e.receipt_month >= u.period_start and e.receipt_month < u.period_end
            and p.from_month <= e.receipt_month and e.receipt_month < p.to_month
        group by 1, 2, 3, 4, 5, 6, 7
    ) dossier
    group by 1, 2, 3, 4, 5, 6
),
-- rows of this side that count no dossier: removed, and (for the province, whose facts do not show them) repeated
row as materialized (
    select
        s.side,
        r.agency_id,
        r.receipt_date,
        r.is_removed
    from core.source s
    join core.dossier_record r on r.source_id = s.source_id and r.from_night <= %(night)s and %(night)s < r.to_night
    where (s.has_listing or s.has_look_ups) and (r.is_removed or r.duplicate_rank > 1 and s.side = 'provincial')
),
shown as (
    select
        u.side,
        u.period_start,
        u.period_end,
        u.part,
        u.is_own,
        u.since_night,
        count(*) filter (where r.is_removed) as removed,
        count(*) filter (where not r.is_removed) as repeated
    from unit u
    join parts p on p.part = u.part and (p.is_own or not u.is_own)
    join row r
        on r.side = u.side
        and r.agency_id = p.agency_id
        and r.receipt_date >= u.period_start
        and r.receipt_date < u.period_end
        and p.from_month <= date_trunc('month', r.receipt_date)::date
        and date_trunc('month', r.receipt_date)::date < p.to_month
    group by 1, 2, 3, 4, 5, 6
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
    left join counted c using (side, period_start, period_end, part, is_own, since_night)
    left join moved v using (side, period_start, period_end, part, is_own, since_night)
    left join shown s using (side, period_start, period_end, part, is_own, since_night)
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
    left join lateral (
        values
        ('received', c.received, c.received), ('received_online', c.received_online, c.received_online),
        ('received_direct', c.received_direct, c.received_direct), ('received_post', c.received_post, c.received_post),
        ('received_direct_or_post', c.received_direct + c.received_post, c.received_direct + c.received_post)
    ) of_any_side (measure, least, most) on of_any_side.measure = r.measure
    left join lateral (
        values
        ('carried_over', c.carried_over, c.carried_over),
        ('received_and_carried_over', c.received + c.carried_over, c.received + c.carried_over),
        ('resolved', w.resolved + w.returned_least, w.resolved + w.returned_most + c.ended_undated),
        ('resolved_early', c.early, c.early + c.undecided + c.ended_undated),
        ('resolved_on_time', c.on_time + w.returned_least, c.on_time + w.returned_most + c.undecided + c.ended_undated),
        (
            'resolved_in_time', c.early + c.on_time + w.returned_least,
            c.early + c.on_time + w.returned_most + c.undecided + c.ended_undated
        ),
        ('resolved_overdue', c.overdue, c.overdue + c.undecided + c.ended_undated),
        ('pending', w.pending, w.pending + c.ended_undated),
        (
            'pending_in_time', case when w.pending is not null then greatest(c.open_in_time, w.awaiting_least) end,
            least(w.pending, c.open_in_time + c.open_undecided + w.awaiting_most)
        ),
        (
            'pending_overdue', case when w.pending is not null then greatest(0, c.open_overdue - w.awaiting_most) end,
            c.open_overdue + c.open_undecided
        )
    ) of_the_province (measure, least, most) on of_the_province.measure = r.measure and r.side = 'provincial'
    cross join lateral (
        select
            coalesce(of_any_side.least, of_the_province.least) as least,
            coalesce(of_any_side.most, of_the_province.most) as most
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
where (%(measure)s::text is null or measure = %(measure)s) and (not %(differing)s or difference <> 0)
order by source_id, period_start, period_kind, agency_id nulls first, agency_key, measure
