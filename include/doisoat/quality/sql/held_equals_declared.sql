-- Cells that a complete, fresh pull declares: the total, months and the named cell "no receipt date".
with held as materialized (
    select
        source_id,
        receipt_month,
        count(*) as dossiers,
        count(*) filter (where not is_removed) as dossiers_not_removed
    from core.dossier_record where to_night = 'infinity' group by 1, 2
),
declared as (
    select
        c.source_id,
        c.measure,
        c.period_kind,
        c.period_start,
        c.value
    from core.control_total c
    join ops.pull p on p.source_id = c.source_id and p.night = %(night)s and p.state = 'fresh' and p.is_complete
    join core.source s on s.source_id = c.source_id and s.has_listing
    where c.to_night = 'infinity' and c.agency_key = '' and c.measure in ('dossiers', 'dossiers_not_removed')
        and c.period_kind in ('all', 'month', 'undated')
        -- on an incremental night only totals that were declared tonight are about tonight
        and (c.measure = 'dossiers_not_removed' or c.period_kind <> 'month' or p.mode = 'full')
)
select
    count(*) filter (
        where d.value is distinct from coalesce(h.held, 0) + coalesce(q.quarantined, 0) + coalesce(r.value, 0)
    ) as unexpected,
    count(*) as total
from declared d
left join lateral (
    select sum(case d.measure when 'dossiers' then h.dossiers else h.dossiers_not_removed end) as held
    from held h
    where h.source_id = d.source_id and (
            d.period_kind = 'all'
            or d.period_kind = 'month' and h.receipt_month = d.period_start
            or d.period_kind = 'undated' and h.receipt_month is null
        )
) h on true
left join lateral (
    -- an unreadable row may have no month: it is missing from the total, and from its month if that is known; if its
    -- record is held it is not missing
    select count(distinct coalesce(q.record_id, q.position)) as quarantined from ops.quarantine q
    where q.source_id = d.source_id and q.night = %(night)s
        and (d.period_kind = 'all' or d.period_kind = 'month' and q.receipt_month = d.period_start)
        and not exists (
            select from core.dossier_record r
            where r.source_id = q.source_id and r.record_id = q.record_id and r.to_night = 'infinity'
        )
) q on true
left join core.control_total r on r.source_id = d.source_id and r.measure = 'repeated_rows' and r.agency_key = ''
-- rows in which the source itself repeats a record: it counts each of them, we hold the record once
and (r.period_kind, r.period_start) = (d.period_kind, d.period_start) and r.to_night = 'infinity'
