-- The agencies directly below one, as the tree stood in a month, with their rates of a period and their open gaps; each
-- with all below it. Without an agency: those that nobody is above.
with stood as materialized (
    select
        ancestor_id,
        agency_id
    from mart.agency_subtree
    where from_month <= %(month)s and %(month)s < to_month and ancestor_id <> agency_id
),
depth as (
    select
        agency_id,
        count(*) as above
    from stood group by 1
),
below as (
    select s.agency_id
    from stood s
    join depth d on d.agency_id = s.agency_id
    left join depth of_top on of_top.agency_id = s.ancestor_id
    where s.ancestor_id = %(agency)s and d.above = coalesce(of_top.above, 0) + 1
    union
    select t.ancestor_id
    from stood t
    left join depth d on d.agency_id = t.ancestor_id
    where %(agency)s::text is null and d.agency_id is null
),
gap as (
    select
        s.ancestor_id as agency_id,
        count(*) as gaps,
        max(g.days_since_opened) as oldest
    from mart.fact_sync_gap g
    join mart.agency_subtree s
        on s.agency_id = g.agency_id
        and s.from_month <= coalesce(date_trunc('month', g.receipt_date), date_trunc('month', %(night)s::date))
        and coalesce(date_trunc('month', g.receipt_date), date_trunc('month', %(night)s::date)) < s.to_month
    where g.night = %(night)s
    group by 1
),
rate as (
    select
        agency_id,
        max(ratio_least) filter (where indicator = 'sync_own') as own_least,
        max(ratio_most) filter (where indicator = 'sync_own') as own_most,
        max(denominator_most) filter (where indicator = 'sync_own') as dossiers,
        max(ratio_least) filter (where indicator = 'sync_corrected') as corrected_least,
        max(ratio_most) filter (where indicator = 'sync_corrected') as corrected_most,
        max(ratio_least) filter (where indicator = 'on_time_by_date') as on_time_least,
        max(ratio_most) filter (where indicator = 'on_time_by_date') as on_time_most,
        max(ratio_least) filter (where indicator = 'online_share') as online_least,
        max(ratio_most) filter (where indicator = 'online_share') as online_most
    from rate_asked as r
    where night = %(night)s and period_start is not distinct from %(start)s
        and agency_id is not null
    group by 1
)
select
    b.agency_id,
    coalesce(a.name, b.agency_id) as name,
    a.level,
    exists(select from stood s where s.ancestor_id = b.agency_id) as has_below,
    r.dossiers,
    r.own_least,
    r.own_most,
    r.corrected_least,
    r.corrected_most,
    r.on_time_least,
    r.on_time_most,
    r.online_least,
    r.online_most,
    coalesce(g.gaps, 0) as gaps,
    g.oldest
from below b
left join mart.dim_agency a using (agency_id)
left join rate r using (agency_id)
left join gap g using (agency_id)
where r.dossiers > 0
    or g.gaps > 0
    or (a.valid_from < %(month)s::date + interval '1 month' and (a.valid_to is null or %(month)s < a.valid_to))
order by coalesce(g.gaps, 0) desc, a.name
