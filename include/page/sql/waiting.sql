-- The newest night of a warehouse in which none is published.
select
    night,
    state
from mart.night_state order by night desc limit 1
