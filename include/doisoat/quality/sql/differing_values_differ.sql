select count(*) filter (where national_value is not distinct from provincial_value) as unexpected, count(*) as total
from recon.difference where to_night = 'infinity'
