-- The cells of months, as a revision of a night stored them.
create temporary view asked_cell as
select * from archive.any_indicator_cell
where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night;
