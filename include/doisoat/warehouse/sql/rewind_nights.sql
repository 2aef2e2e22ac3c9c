-- Undo all that the nights from %(night)s on wrote: begun ranges go, ended ones are open again. What we did and decided (which
-- nights there were, what was published, replaced or accepted) is no derived fact and stays.
delete from core.dossier_record where from_night >= %(night)s;
update core.dossier_record set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from core.identity_link where first_night >= %(night)s;
delete from core.identity_conflict where from_night >= %(night)s;
update core.identity_conflict set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
-- what the night had touched is looked at again: what it had joined in place may have to part
delete from core.touched where night > %(night)s;
delete from core.touched_night where night > %(night)s;
delete from core.control_total where from_night >= %(night)s;
update core.control_total set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from core.look_up where night >= %(night)s;
-- what was learned before its night was kept belongs to the first night of all
delete from core.agency
where origin <> 'reference' and coalesce(first_night, (select min(night) from ops.night)) >= %(night)s;
delete from core.procedure
where origin <> 'reference' and coalesce(first_night, (select min(night) from ops.night)) >= %(night)s;

delete from recon.verdict where from_night >= %(night)s;
update recon.verdict set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from recon.difference where from_night >= %(night)s;
update recon.difference set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from recon.ledger_entry where from_night >= %(night)s;
update recon.ledger_entry set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from recon.cause where from_night >= %(night)s;
update recon.cause set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from recon.gap where from_night >= %(night)s;
update recon.gap set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from recon.gap_event where night >= %(night)s;
delete from recon.cell_status where from_night >= %(night)s;
update recon.cell_status set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from recon.ministry_cell where from_night >= %(night)s;
update recon.ministry_cell set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from recon.indicator_cell where from_night >= %(night)s;
update recon.indicator_cell set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from recon.rate where from_night >= %(night)s;
update recon.rate set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
delete from recon.whole_night where night >= %(night)s;
delete from recon.comparison where night >= %(night)s;
delete from recon.ministry_comparison where night >= %(night)s;
delete from recon.arrival where night >= %(night)s;
delete from recon.learned_lag where night >= %(night)s;
delete from recon.ledger_cell where night >= %(night)s;

delete from ops.pull where night >= %(night)s;
delete from ops.load where night >= %(night)s;
delete from ops.quarantine where night >= %(night)s;
delete from ops.look_up_pull where night >= %(night)s;
delete from ops.check_result where night >= %(night)s;
