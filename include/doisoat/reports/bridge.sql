-- The bridge of a night at one grain: every term measured on its own (docs/architecture.md). With the ministries, the
-- portal is compared with the union: what the province counts plus what only ministries' systems hold, as a lower and
-- an upper bound.
select
    case when isfinite(c.cell_month) then c.cell_month end as receipt_month,
    nullif(c.agency_id, '') as agency_id,
    c.grain,
    c.national_declared,
    c.provincial_declared,
    m.added_by_ministries,
    m.undetermined,
    c.provincial_declared + m.added_by_ministries as union_at_least,
    c.provincial_declared + m.added_by_ministries + m.undetermined as union_at_most,
    c.national_declared
    - c.provincial_declared
    - case when %(with_ministries)s then m.added_by_ministries else 0 end as difference,
    c.national_declared - c.provincial_declared - m.added_by_ministries - m.undetermined as difference_at_least,
    m.entries,
    c.national_declared - c.national_listed as national_unlisted,
    c.provincial_declared - c.provincial_listed as provincial_unlisted,
    c.national_listed,
    c.provincial_listed,
    c.national_listed - c.provincial_listed - case when %(with_ministries)s then m.added_by_ministries else 0 end
    = m.entries
        as adds_up,
    c.national_declared_by,
    c.provincial_declared_by
from archive.any_ledger_cell c
cross join
    lateral (
        select
            c.entries,
            null::bigint as added_by_ministries,
            null::bigint as undetermined
        where not %(with_ministries)s
        union all
        select
            c.union_entries,
            c.added_by_ministries,
            c.undetermined
        where %(with_ministries)s
    ) m
where c.archive_id = %(archive_id)s and c.night = %(night)s and c.grain = any(%(grains)s)
    -- a month that only ministries show does not belong to either of the two sides
    and (
        %(with_ministries)s or c.grain <> 'month' or c.national_listed > 0 or c.provincial_listed > 0 or c.entries <> 0
        or c.national_declared is not null or c.provincial_declared is not null
    )
    and (%(first_month)s::date is null or isfinite(c.cell_month) and c.cell_month >= %(first_month)s)
    and (%(last_month)s::date is null or isfinite(c.cell_month) and c.cell_month <= %(last_month)s)
order by c.grain desc, c.cell_month, c.agency_id
