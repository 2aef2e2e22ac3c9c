-- The counts that rates are computed from, compared with the records themselves and with the rates.
with record as (
    select
        s.side,
        r.duplicate_rank
    from core.dossier_record r join core.source s using (source_id)
    where r.to_night = 'infinity' and r.duplicate_rank > 0 and s.side in ('national', 'provincial')
        and exists (
            select from ops.pull p where p.source_id = r.source_id and p.night = %(night)s and p.state <> 'absent'
        )
),
counted as (
    select
        sum(provincial) as provincial,
        sum(portal_rows) as portal_rows,
        sum(portal) as portal,
        sum(synced - maybe_repeated_synced) filter (where isfinite(cell_month)) as synced
    from recon.indicator_cell where to_night = 'infinity'
),
term as (
    select
        coalesce(provincial, 0) as one,
        (select count(*) from record where side = 'provincial' and duplicate_rank = 1) as other
    from counted
    union all
    select
        coalesce(portal, 0),
        (select count(*) from record where side = 'national' and duplicate_rank = 1)
    from counted
    union all
    select
        coalesce(portal_rows, 0),
        (select count(*) from record where side = 'national')
    from counted
    union all
    select
        coalesce(synced, 0),
        coalesce((
            select numerator_least from recon.rate
            where to_night = 'infinity' and (indicator, period_kind, agency_id) = ('sync_own', 'all', '')
        ), 0)
    from counted
)
select
    count(*) filter (where one <> other) as unexpected,
    count(*) as total
from term
