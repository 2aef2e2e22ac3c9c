-- Drop from the archive what no revision that can be queried has in it: whole generations, and of the others the rows that
-- hold on none of their nights.
create temporary table archived on commit drop as
select archive_id, night from ops.publication where archive_id > 0 and expired_at is null;
create index on archived (archive_id, night);
analyze archived;
delete from archive.verdict t where not exists (
    select from archived a where a.archive_id = t.archive_id and t.from_night <= a.night and a.night < t.to_night);
delete from archive.difference t where not exists (
    select from archived a where a.archive_id = t.archive_id and t.from_night <= a.night and a.night < t.to_night);
delete from archive.ledger_entry t where not exists (
    select from archived a where a.archive_id = t.archive_id and t.from_night <= a.night and a.night < t.to_night);
delete from archive.cause t where not exists (
    select from archived a where a.archive_id = t.archive_id and t.from_night <= a.night and a.night < t.to_night);
delete from archive.gap t where not exists (
    select from archived a where a.archive_id = t.archive_id and t.from_night <= a.night and a.night < t.to_night);
delete from archive.gap_event t where not exists (
    select from archived a where (a.archive_id, a.night) = (t.archive_id, t.night));
delete from archive.cell_status t where not exists (
    select from archived a where a.archive_id = t.archive_id and t.from_night <= a.night and a.night < t.to_night);
delete from archive.ministry_cell t where not exists (
    select from archived a where a.archive_id = t.archive_id and t.from_night <= a.night and a.night < t.to_night);
delete from archive.indicator_cell t where not exists (
    select from archived a where a.archive_id = t.archive_id and t.from_night <= a.night and a.night < t.to_night);
delete from archive.rate t where not exists (
    select from archived a where a.archive_id = t.archive_id and t.from_night <= a.night and a.night < t.to_night);
delete from archive.comparison t where not exists (
    select from archived a where (a.archive_id, a.night) = (t.archive_id, t.night));
delete from archive.ministry_comparison t where not exists (
    select from archived a where (a.archive_id, a.night) = (t.archive_id, t.night));
delete from archive.learned_lag t where not exists (
    select from archived a where (a.archive_id, a.night) = (t.archive_id, t.night));
delete from archive.ledger_cell t where not exists (
    select from archived a where (a.archive_id, a.night) = (t.archive_id, t.night));
delete from archive.pull t where not exists (
    select from archived a where (a.archive_id, a.night) = (t.archive_id, t.night));
delete from archive.check_result t where not exists (
    select from archived a where (a.archive_id, a.night) = (t.archive_id, t.night));
delete from archive.agency t where not exists (select from archived a where a.archive_id = t.archive_id);
delete from archive.procedure t where not exists (select from archived a where a.archive_id = t.archive_id);
drop table archived;
