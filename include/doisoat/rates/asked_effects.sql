-- The repairs that are asked about, each with the group that it belongs to, for the period it counts in. An agency
-- includes all below it in the month of the cell; a cell without a receipt date is in no period.
select
    p.period_kind,
    p.period_start,
    coalesce(%(whose)s, '') as agency_id,
    group_value as label,
    1 as repairs,
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
from archive.any_repair r
join period p on r.cell_month >= p.period_start and r.cell_month < p.period_end
left join
    core.subtree(%(agency)s) a
    on a.agency_id = r.agency_id and a.from_month <= r.cell_month and r.cell_month < a.to_month
left join
    core.subtree(%(whose)s) w
    on w.agency_id = r.agency_id and w.from_month <= r.cell_month and r.cell_month < w.to_month
where r.archive_id = %(archive_id)s and r.from_night <= %(night)s and %(night)s < r.to_night
    and (%(cause)s::text is null or r.cause = %(cause)s)
    and (%(procedure)s::text is null or r.procedure_family = core.procedure_family(%(procedure)s))
    and (%(agency)s::text is null or a.agency_id is not null)
    and (%(whose)s::text is null or w.agency_id is not null)
    and (%(first_month)s::date is null or r.cell_month >= %(first_month)s)
    and (%(last_month)s::date is null or r.cell_month <= %(last_month)s)
