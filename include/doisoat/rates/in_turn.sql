-- The groups one after the other, starting with the one that gains most alone: each with the effects of all before it.
-- What a repair mends is mended once, by the first group that does; the effects add up from group to group, month by
-- month, and no group is counted again for each one after it.
create temporary table turn on commit drop as
with counted as (
    select
        of_group as label,
        count(distinct gap_key) as to_repair
    from repair_of group by 1
)
select
    c.label,
    c.to_repair,
    row_number() over (order by coalesce(a.ratio_least, 0) desc, c.to_repair, c.label) as place
from counted c left join alone a on a.part = c.label;
analyze turn;

create temporary table grouped (like repair_cell including defaults, label text) on commit drop;
insert into grouped (
    label, source_id, agency_id, procedure_family, channel, cell_month, from_night, provincial, synced, synced_through,
    status_in_step, portal, portal_rows, added, added_on_portal, maybe_added_on_portal
)
with made as (
    select distinct on (r.mend)
        r.*,
        t.place
    from repair_of r join turn t on t.label = r.of_group
    order by r.mend, t.place
),
of_turn as (
    select
        place,
        channel,
        cell_month,
        sum(provincial) as provincial,
        sum(synced) as synced,
        sum(synced_through) as synced_through,
        sum(status_in_step) as status_in_step,
        sum(portal) as portal,
        sum(portal_rows) as portal_rows,
        sum(added) as added,
        sum(added_on_portal) as added_on_portal,
        sum(maybe_added_on_portal) as maybe_added_on_portal
    from made group by 1, 2, 3
)
select
    t.label,
    '',
    '',
    '',
    m.channel,
    m.cell_month,
    m.from_night,
    coalesce(sum(o.provincial) over so_far, 0),
    coalesce(sum(o.synced) over so_far, 0),
    coalesce(sum(o.synced_through) over so_far, 0),
    coalesce(sum(o.status_in_step) over so_far, 0),
    coalesce(sum(o.portal) over so_far, 0),
    coalesce(sum(o.portal_rows) over so_far, 0),
    coalesce(sum(o.added) over so_far, 0),
    coalesce(sum(o.added_on_portal) over so_far, 0),
    coalesce(sum(o.maybe_added_on_portal) over so_far, 0)
from turn t
cross join (
    select distinct
        channel,
        cell_month,
        from_night
    from repair_cell
) m
left join of_turn o using (place, channel, cell_month)
window so_far as (partition by m.channel, m.cell_month order by t.place);
analyze grouped;
