-- The bridge of a night as a whole; what no source declared is null, and then what was listed is all that is known.
select
    national_declared,
    provincial_declared,
    national_listed,
    provincial_listed,
    entries,
    added_by_ministries,
    undetermined
from mart.ledger
where night = %(night)s and pair = 'national_provincial' and grain = 'whole'
