-- One row for each agency that has to act on gaps: how many, since when, how many of them are new tonight, and what was
-- answered or decided.
select
    g.owner_id,
    g.owner_name,
    count(*) as gaps,
    count(*) filter (where g.pair like 'ministry%%') as of_ministries,
    count(*) filter (where coalesce(g.reopened_on, g.opened_on) = g.night) as new_tonight,
    count(*) filter (where g.days_since_opened >= 30) as older_than_30_nights,
    min(g.opened_on) as oldest,
    count(*) filter (where g.state = 'done') as done,
    count(*) filter (where g.state = 'in_progress') as in_progress,
    count(*) filter (where g.state = 'disputed') as disputed
from archive.any_finding_of_night g
where g.archive_id = %(archive_id)s and g.night = %(night)s and g.opened_on is not null and g.standing = 'gap'
group by g.owner_id, g.owner_name
order by count(*) desc, g.owner_id
