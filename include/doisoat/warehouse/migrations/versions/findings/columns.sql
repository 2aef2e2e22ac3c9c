create temporary table found (archive_id integer, night date, finding recon.finding) on commit drop;
create temporary table asked_night (archive_id integer, night date) on commit drop;
