-- Undo everything the nights from %(night)s on wrote: new ranges are deleted, ended ones reopened. What we did and
-- decided (which nights there were, what was published, replaced or accepted) is not a derived fact and stays.
-- doisoat.warehouse.archived does the same for the tables that make up a readable night.
delete from core.dossier_record where from_night >= %(night)s;
update core.dossier_record set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from core.identity_link where first_night >= %(night)s;
delete from core.identity_conflict where from_night >= %(night)s;
update core.identity_conflict set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
-- what the night had touched is examined again: records that it had joined may have to be separated
delete from core.touched where night > %(night)s;
delete from core.touched_night where night > %(night)s;
delete from core.control_total where from_night >= %(night)s;
update core.control_total set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from core.published_score where from_night >= %(night)s;
update core.published_score set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from core.look_up where night >= %(night)s;
delete from core.procedure_answer where night >= %(night)s;
delete from core.procedure_count where night >= %(night)s;
-- what was learned before the night of learning was recorded belongs to the very first night
delete from core.agency
where origin <> 'reference' and coalesce(first_night, (select min(night) from ops.night)) >= %(night)s;
delete from core.procedure
where origin <> 'reference' and coalesce(first_night, (select min(night) from ops.night)) >= %(night)s;

delete from recon.whole_night where night >= %(night)s;
delete from recon.arrival where night >= %(night)s;

delete from ops.load where night >= %(night)s;
delete from ops.quarantine where night >= %(night)s;
delete from ops.look_up_pull where night >= %(night)s;
