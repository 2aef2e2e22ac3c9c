create temporary table found (archive_id integer, night date, like recon.finding) on commit drop;
alter table found drop column from_night, drop column to_night;
create temporary table asked_night (archive_id integer, night date) on commit drop;
