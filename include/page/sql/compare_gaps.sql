-- The open gaps of what was received in a period, by cause, of a unit with all below it (null: the province).
select
    g.cause,
    k.label,
    count(*) as gaps
from mart.fact_sync_gap g
left join mart.dim_cause k using (cause)
where g.night = %(night)s
    and (%(first)s::date is null or (g.receipt_date >= %(first)s and g.receipt_date <= %(last)s))
    and (%(agency)s::text is null or exists (
        select from mart.agency_subtree s
        where s.ancestor_id = %(agency)s and s.agency_id = g.agency_id
            and s.from_month <= coalesce(date_trunc('month', g.receipt_date), date_trunc('month', %(night)s::date))
            and coalesce(date_trunc('month', g.receipt_date), date_trunc('month', %(night)s::date)) < s.to_month
    ))
group by 1, 2
