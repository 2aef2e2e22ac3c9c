select
    count(*) filter (where value < 0) as unexpected,
    count(*) as total
from core.control_total where to_night = 'infinity'
