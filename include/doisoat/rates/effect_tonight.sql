-- Tonight's repairs by cause, for each period and agency that they count for: the whole (''), the agency of their cell,
-- and every agency above that in the month of the cell, as in parts_tonight.sql.
create temporary table effect_tonight on commit drop as
with chain as (
    select
        c.agency_id,
        c.cell_month,
        array_agg(distinct s.ancestor_id) as parts
    from (
        select distinct
            agency_id,
            cell_month
        from repair_tonight where isfinite(cell_month)
    ) c
    join mart.agency_subtree s
        on s.agency_id = c.agency_id and s.from_month <= c.cell_month and c.cell_month < s.to_month
    group by 1, 2
),
period_of_month as (
    select
        m.cell_month,
        p.period_kind,
        p.period_start
    from (select distinct cell_month from repair_tonight where isfinite(cell_month)) m
    join period p on m.cell_month >= p.period_start and m.cell_month < p.period_end
)
select
    p.period_kind,
    p.period_start,
    part as agency_id,
    r.cause as label,
    r.pair || ' | ' || r.dossier_id || ' | ' || r.kind || ' | ' || r.detail as gap_key,
    r.mend,
    r.provincial,
    r.synced,
    r.synced_through,
    r.status_in_step,
    r.portal,
    r.portal_rows,
    r.added,
    r.added_on_portal,
    r.maybe_added_on_portal
from repair_tonight r
join period_of_month p using (cell_month)
left join chain using (agency_id, cell_month)
cross join unnest(array_append(coalesce(chain.parts, '{}'), '')) as part;
analyze effect_tonight;
