-- Tonight's repairs by cause, for each period and agency that they count for: the whole (''), the agency of their cell,
-- and every agency above that in the month of the cell, as in parts_tonight.sql. A repair that shares neither its gap
-- nor what it mends with another is summed with the others of its cell at once; a gap, or what is mended, that stands
-- in several cells counts once wherever these come together.
create temporary table effect_tonight on commit drop as
with mended_by_several as (
    select mend from repair_tonight where isfinite(cell_month) group by 1 having count(*) > 1
),
gap_of_several as (
    select
        pair,
        dossier_id,
        kind,
        detail
    from repair_tonight where isfinite(cell_month) group by 1, 2, 3, 4 having count(*) > 1
),
repair as not materialized (
    select
        r.*,
        m.mend is not null or g.pair is not null as is_of_several
    from repair_tonight r
    left join mended_by_several m using (mend)
    left join gap_of_several g using (pair, dossier_id, kind, detail)
    where isfinite(r.cell_month)
),
of_cell as (
    select
        agency_id,
        cell_month,
        cause,
        count(*)::integer as repairs,
        null as gap_key,
        null as mend,
        sum(provincial)::integer as provincial,
        sum(synced)::integer as synced,
        sum(synced_through)::integer as synced_through,
        sum(status_in_step)::integer as status_in_step,
        sum(portal)::integer as portal,
        sum(portal_rows)::integer as portal_rows,
        sum(added)::integer as added,
        sum(added_on_portal)::integer as added_on_portal,
        sum(maybe_added_on_portal)::integer as maybe_added_on_portal
    from repair where not is_of_several group by 1, 2, 3
    union all
    select
        agency_id,
        cell_month,
        cause,
        1,
        pair || ' | ' || dossier_id || ' | ' || kind || ' | ' || detail,
        mend,
        provincial,
        synced,
        synced_through,
        status_in_step,
        portal,
        portal_rows,
        added,
        added_on_portal,
        maybe_added_on_portal
    from repair where is_of_several
),
chain as (
    select
        c.agency_id,
        c.cell_month,
        array_agg(distinct s.ancestor_id) as parts
    from (
        select distinct
            agency_id,
            cell_month
        from of_cell
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
    from (select distinct cell_month from of_cell) m
    join period p on m.cell_month >= p.period_start and m.cell_month < p.period_end
)
select
    p.period_kind,
    p.period_start,
    part as agency_id,
    r.cause as label,
    r.repairs,
    r.gap_key,
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
from of_cell r
join period_of_month p using (cell_month)
left join chain using (agency_id, cell_month)
cross join unnest(array_append(coalesce(chain.parts, '{}'), '')) as part;
analyze effect_tonight;
