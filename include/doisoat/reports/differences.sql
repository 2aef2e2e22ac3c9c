-- Attribute differences of dossiers that both sides hold, as known on a night.
select
    pair,
    attribute,
    standing,
    count(*) as dossiers
from archive.any_difference
where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night
group by 1, 2, 3
order by 1 desc, 4 desc, 2, 3
