-- "Repair this, gain that": what groups of repairs gain, each alone and one after the other, starting with the one that
-- gains most alone; for each period and agency of the first relation. What a repair mends is mended once, by the first
-- group that does: gains of groups alone do not add up. gains.py puts in the two relations that are given, the rule
-- (applied to the sums with the changes of each group added), and the points.
with base as materialized (select * from base_part as b),
effect as materialized (select * from effect_part as e),
counted as (
    select
        period_kind,
        period_start,
        agency_id,
        label,
        count(distinct gap_key) + coalesce(sum(repairs) filter (where gap_key is null), 0)::bigint as to_repair
    from effect group by 1, 2, 3, 4
),
once as (
    select * from effect where mend is null
    union all
    (
        select distinct on (period_kind, period_start, agency_id, label, mend) *
        from effect where mend is not null order by period_kind, period_start, agency_id, label, mend, gap_key
    )
),
-- the group without a name is the night as it is
alone_change as materialized (
    select
        period_kind,
        period_start,
        agency_id,
        label,
        sum(provincial) as provincial,
        sum(synced) as synced,
        sum(synced_through) as synced_through,
        sum(status_in_step) as status_in_step,
        sum(portal) as portal,
        sum(portal_rows) as portal_rows,
        sum(added) as added,
        sum(added_on_portal) as added_on_portal,
        sum(maybe_added_on_portal) as maybe_added_on_portal
    from once group by 1, 2, 3, 4
    union all
    select
        period_kind,
        period_start,
        agency_id,
        '',
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0
    from base
),
alone as materialized (select * from rated_alone as r),
multiplied as materialized (select * from rated_multiplied as r),
turn as materialized (
    select
        c.*,
        row_number() over (
            partition by c.period_kind, c.period_start, c.agency_id
            order by coalesce(a.ratio_least, 0) desc, c.to_repair, c.label
        ) as place
    from counted c left join alone a using (period_kind, period_start, agency_id, label)
),
made as (
    select
        e.*,
        t.place
    from effect e join turn t using (period_kind, period_start, agency_id, label)
    where e.mend is null
    union all
    (
        select distinct on (e.period_kind, e.period_start, e.agency_id, e.mend)
            e.*,
            t.place
        from effect e join turn t using (period_kind, period_start, agency_id, label)
        where e.mend is not null
        order by e.period_kind, e.period_start, e.agency_id, e.mend, t.place, e.gap_key
    )
),
of_turn as (
    select
        period_kind,
        period_start,
        agency_id,
        place,
        sum(provincial) as provincial,
        sum(synced) as synced,
        sum(synced_through) as synced_through,
        sum(status_in_step) as status_in_step,
        sum(portal) as portal,
        sum(portal_rows) as portal_rows,
        sum(added) as added,
        sum(added_on_portal) as added_on_portal,
        sum(maybe_added_on_portal) as maybe_added_on_portal
    from made group by 1, 2, 3, 4
),
-- the effects add up from group to group, and no group is counted again for each one after it
in_turn_change as materialized (
    select
        period_kind,
        period_start,
        agency_id,
        t.label,
        coalesce(sum(o.provincial) over so_far, 0)::bigint as provincial,
        coalesce(sum(o.synced) over so_far, 0)::bigint as synced,
        coalesce(sum(o.synced_through) over so_far, 0)::bigint as synced_through,
        coalesce(sum(o.status_in_step) over so_far, 0)::bigint as status_in_step,
        coalesce(sum(o.portal) over so_far, 0)::bigint as portal,
        coalesce(sum(o.portal_rows) over so_far, 0)::bigint as portal_rows,
        coalesce(sum(o.added) over so_far, 0)::bigint as added,
        coalesce(sum(o.added_on_portal) over so_far, 0)::bigint as added_on_portal,
        coalesce(sum(o.maybe_added_on_portal) over so_far, 0)::bigint as maybe_added_on_portal
    from turn t left join of_turn o using (period_kind, period_start, agency_id, place)
    window so_far as (partition by period_kind, period_start, agency_id order by place)
),
in_turn as materialized (select * from rated_in_turn as r),
rated as (
    select
        t.period_kind,
        t.period_start,
        t.agency_id,
        t.label,
        t.place,
        t.to_repair,
        now.ratio_least as ratio_now,
        a.ratio_least as ratio_if_repaired,
        i.ratio_least as ratio_with_all_before,
        m_now.ratio_least as multiplied_now,
        m.ratio_least as multiplied_if_repaired,
        now.denominator_basis
    from turn t
    join alone now
        on (now.period_kind, now.period_start, now.agency_id, now.label)
        = (t.period_kind, t.period_start, t.agency_id, '')
    left join alone a
        on (a.period_kind, a.period_start, a.agency_id, a.label)
        = (t.period_kind, t.period_start, t.agency_id, t.label)
    left join in_turn i
        on (i.period_kind, i.period_start, i.agency_id, i.label)
        = (t.period_kind, t.period_start, t.agency_id, t.label)
    left join multiplied m_now
        on (m_now.period_kind, m_now.period_start, m_now.agency_id, m_now.label)
        = (t.period_kind, t.period_start, t.agency_id, '')
    left join multiplied m
        on (m.period_kind, m.period_start, m.agency_id, m.label)
        = (t.period_kind, t.period_start, t.agency_id, t.label)
)
select
    period_kind,
    period_start,
    agency_id,
    label,
    place,
    to_repair,
    ratio_now,
    ratio_if_repaired,
    ratio_if_repaired - ratio_now as gain,
    ratio_with_all_before,
    round(recon.points(ratio_now, most_points, all_from), 4) as points_now,
    round(
        recon.points(ratio_if_repaired, most_points, all_from) - recon.points(ratio_now, most_points, all_from), 4
    ) as points,
    round(
        recon.points(ratio_with_all_before, most_points, all_from) - recon.points(ratio_now, most_points, all_from), 4
    ) as points_with_all_before,
    round(
        recon.points(multiplied_if_repaired, 1, multiplied_from) - recon.points(multiplied_now, 1, multiplied_from), 4
    ) as share_of_3_3,
    denominator_basis
from rated
