select
    count(*) filter (
        where least(
            national_listed, provincial_listed, matched, matched_differing, national_only, provincial_only, pending
        )
        < 0
        or matched + provincial_only > provincial_listed or matched_differing > matched
        or national_only > national_listed or pending > national_only + provincial_only
    ) as unexpected,
    count(*) as total
from recon.cell_status where to_night = 'infinity'
