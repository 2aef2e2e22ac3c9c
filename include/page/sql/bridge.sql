-- The bridge of a night as a whole; what no source declared is null, and then what was listed is all that is known.
select
    national_declared,
    provincial_declared,
    national_listed_rows as national_listed,
    provincial_listed_rows as provincial_listed,
    entries,
    added_by_ministries,
    undetermined
from mart.bridge
where night = %(night)s
