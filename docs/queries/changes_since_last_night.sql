-- What changed since the night before: gaps opened, resolved (how), reopened, with another cause, merged?
select
    event,
    how,
    kind,
    count(*) as gaps
from mart.gap_event
where is_latest
group by 1, 2, 3
order by 1, 2, 3;
