select
    count(*) filter (
        where case pair
            when 'national_provincial' then national_value else ministry_value
        end is not distinct from provincial_value
    ) as unexpected,
    count(*) as total
from recon.difference where to_night = 'infinity'
