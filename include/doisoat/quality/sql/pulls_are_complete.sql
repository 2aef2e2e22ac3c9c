select count(*) filter (where not is_complete) as unexpected, count(*) as total
from ops.pull where night = %(night)s and state = 'fresh'
