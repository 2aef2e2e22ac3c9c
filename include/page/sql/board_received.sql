-- The portal's own counts of what was received in a period, which disagree; and what we count of the same unit.
with below as (
    select
        agency_id,
        from_month,
        to_month
    from mart.agency_subtree where ancestor_id = %(agency)s
),
ours as (
    select
        sum(f.provincial)::bigint as received,
        sum(f.portal)::bigint as on_portal
    from mart.fact_indicator f
    where f.night = %(night)s and f.source_id = ''
        and f.receipt_month >= %(period_start)s and f.receipt_month < %(period_end)s
        and (%(agency)s::text is null or exists (
            select from below b
            where b.agency_id = f.agency_id and b.from_month <= f.receipt_month and f.receipt_month < b.to_month
        ))
)
select
    r.source_id,
    r.total_received,
    r.channel_total,
    r.sync_numerator,
    r.sync_denominator,
    r.hs_total,
    r.db_total,
    o.received,
    o.on_portal
from mart.portal_received r
cross join ours o
where r.night = %(night)s and r.period_kind = %(period_kind)s and r.period_start = %(period_start)s
    and r.agency_id is not distinct from %(agency)s
order by r.source_id
limit 1
