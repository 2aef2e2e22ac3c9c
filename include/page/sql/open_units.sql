-- The units that have gaps to act on: how many are not answered yet, and by when the oldest of them is due. A unit has
-- so many working days from the morning after the night that first listed the gap (the papers say the same).
with due as (
    select
        f.opened_on,
        d.date as due_on
    from (select distinct opened_on from mart.fact_sync_gap where night = %(night)s) f
    join mart.dim_date s on s.date = f.opened_on + 1
    join mart.dim_date d on d.working_days = s.working_days + %(answer_days)s and d.is_working
)
select
    g.owner_id,
    coalesce(g.owner_name, g.owner_id) as name,
    count(*) as gaps,
    max(g.days_since_opened) as oldest,
    count(*) filter (where g.state = 'open') as unanswered,
    count(*) filter (where g.state = 'open' and d.due_on <= %(night)s::date + 1) as late,
    min(d.due_on) filter (where g.state = 'open') as due_on,
    max(g.opened_on) filter (where g.state = 'open' and d.due_on <= %(night)s::date + 1) as late_until
from mart.gap g
left join due d using (opened_on)
where g.night = %(night)s
group by 1, 2
order by count(*) filter (where g.state = 'open' and d.due_on <= %(night)s::date + 1) desc, count(*) desc, 1
limit 10
