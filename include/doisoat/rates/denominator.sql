-- The denominator of indicator 1.4 by the published readings: the larger of what was reported and what the portal
-- counts; if both are empty, last year's report, prorated; else none (CONTRACTS 6). Unknown if the report did not reach
-- us: only a query for the expected value gets what the province would report, without and with the ministries'
-- dossiers.
select
    r.period_kind,
    r.period_start,
    r.part,
    d.basis,
    d.reported_least,
    d.reported_most,
    greatest(d.reported_least, case when d.reported_least is not null then r.portal_rows end) as least,
    greatest(d.reported_most, case when d.reported_most is not null then r.portal_rows + r.synced_undecided end) as most
from rolled r
left join reported q
    on (q.period_kind, q.period_start, q.agency) = (r.period_kind, r.period_start, coalesce(%(reported_part)s, r.part))
cross join lateral (
    select
        q.basis,
        q.value as reported_least,
        q.value as reported_most
    where q.basis in ('reported', 'sum_of_months') and r.portal_rows <= q.value
    union all
    select
        'portal',
        q.value,
        q.value
    where q.basis in ('reported', 'sum_of_months') and r.portal_rows > q.value
    union all
    select
        q.basis,
        q.value,
        q.value
    where q.basis = 'last_year_prorated' and r.portal_rows + r.synced_undecided = 0
    union all
    select
        case when %(is_expected)s then 'expected' else 'unknown' end,
        case when %(is_expected)s then r.provincial end,
        case when %(is_expected)s then r.provincial + r.added + r.maybe_added end
    where q.basis is null or q.basis = 'last_year_prorated' and r.portal_rows + r.synced_undecided > 0
) d
