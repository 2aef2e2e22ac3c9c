-- What moved between two nights, by cause: the difference that it makes, and its open gaps.
with entry as (
    select
        cause,
        sum(sign) filter (where night = %(first)s) as net_first,
        sum(sign) filter (where night = %(night)s) as net_second
    from mart.ledger_entry
    where night in (%(first)s, %(night)s) and pair = 'national_provincial'
    group by 1
),
gap as (
    select
        cause,
        count(*) filter (where night = %(first)s) as gaps_first,
        count(*) filter (where night = %(night)s) as gaps_second
    from mart.fact_sync_gap
    where night in (%(first)s, %(night)s)
    group by 1
)
select
    cause,
    k.label,
    coalesce(e.net_first, 0)::bigint as net_first,
    coalesce(e.net_second, 0)::bigint as net_second,
    (coalesce(e.net_second, 0) - coalesce(e.net_first, 0))::bigint as net_moved,
    coalesce(g.gaps_first, 0) as gaps_first,
    coalesce(g.gaps_second, 0) as gaps_second,
    coalesce(g.gaps_second, 0) - coalesce(g.gaps_first, 0) as gaps_moved
from entry e
full join gap g using (cause)
left join mart.dim_cause k using (cause)
order by
    abs(coalesce(e.net_second, 0) - coalesce(e.net_first, 0))
    + abs(coalesce(g.gaps_second, 0) - coalesce(g.gaps_first, 0))
    desc,
    cause
