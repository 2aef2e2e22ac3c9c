create temporary table found (archive_id integer, night date, repair recon.repair) on commit drop;
create temporary table asked_night (archive_id integer, night date) on commit drop;
create temporary table effect (place integer, pair text, kind text, cause text, effect text) on commit drop;
-- rates/repairs.yaml as it was with this revision
insert into effect values
(0, null, null, 'undetermined', 'none'),
(1, null, 'provincial_only', 'imported_from_ministry', 'link'),
(2, null, 'provincial_only', null, 'push'),
(3, null, 'national_only', 'not_pulled', 'none'),
(4, null, 'national_only', 'imported_from_ministry', 'none'),
(5, null, 'national_only', 'handled_by_ministry', 'none'),
(6, null, 'national_only', null, 'withdraw'),
(7, null, 'extra_national_row', null, 'drop_row'),
(8, null, 'moved', null, 'move'),
(9, null, 'status', null, 'step'),
(10, 'ministry_provincial', 'ministry_only', null, 'import'),
(11, 'ministry_national', 'ministry_only', null, 'submit');
