-- Where the allowed lag is counted in working days: for each day of each calendar the day on which the lag of what
-- happened on it ends, at the same time of day; of what happened on a day that is not worked, at its beginning: it
-- waited for the next working day. Empty where the lag is counted in hours or days.
create temporary table working_term on commit drop as
select
    d.calendar,
    d.day,
    d.is_working,
    e.day as last_day
from core.working_day d
join core.working_day e
    on e.calendar = d.calendar and e.is_working
    and e.number = d.number + case when d.is_working then 0 else 1 end + %(allowed_working_days)s::integer
where %(allowed_working_days)s::integer is not null;
analyze working_term;
