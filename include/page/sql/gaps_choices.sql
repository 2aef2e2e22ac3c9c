-- What the gaps of a night can be filtered by; for a reader of one agency, only what its own gaps have.
with gap as materialized (
    select
        g.pair,
        g.kind,
        g.cause,
        g.cause_label,
        g.state,
        g.owner_id,
        g.owner_name
    from mart.gap g
    where g.night = %(night)s
        and (
            %(whose)s::text[] is null or g.agency_id = any(%(whose)s::text[]) or g.owner_id = any(%(whose)s::text[])
        )
)
select
    'cause' as filter,
    g.cause as value,
    g.cause_label as label,
    count(*) as gaps
from gap g
group by 1, 2, 3
union all
select
    'owner',
    g.owner_id,
    coalesce(g.owner_name, g.owner_id),
    count(*)
from gap g
group by 1, 2, 3
union all
select
    'kind',
    kind,
    min(pair),
    count(*)
from gap
group by 1, 2
union all
select
    'state',
    state,
    state,
    count(*)
from gap
group by 1, 2, 3
order by 1, 4 desc, 2
