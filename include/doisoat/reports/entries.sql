-- The composition of the bridge's entries, as known on a night.
select
    entry_kind,
    standing,
    sum(sign) as entries,
    count(*) as rows
from archive.any_ledger_entry
where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night
group by 1, 2
order by 1, 2
