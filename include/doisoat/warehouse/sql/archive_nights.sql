-- Keep what can be read of the nights from %(night)s on as a generation of the archive: every range that holds on one of them,
-- every row of one of them, and the names that only sources taught us since.
insert into archive.verdict select %(archive_id)s, t.* from recon.verdict t where to_night > %(night)s;
insert into archive.difference select %(archive_id)s, t.* from recon.difference t where to_night > %(night)s;
insert into archive.ledger_entry select %(archive_id)s, t.* from recon.ledger_entry t where to_night > %(night)s;
insert into archive.cause select %(archive_id)s, t.* from recon.cause t where to_night > %(night)s;
insert into archive.gap select %(archive_id)s, t.* from recon.gap t where to_night > %(night)s;
insert into archive.gap_event select %(archive_id)s, t.* from recon.gap_event t where night >= %(night)s;
insert into archive.cell_status select %(archive_id)s, t.* from recon.cell_status t where to_night > %(night)s;
insert into archive.ministry_cell select %(archive_id)s, t.* from recon.ministry_cell t where to_night > %(night)s;
insert into archive.indicator_cell select %(archive_id)s, t.* from recon.indicator_cell t where to_night > %(night)s;
insert into archive.rate select %(archive_id)s, t.* from recon.rate t where to_night > %(night)s;
insert into archive.comparison select %(archive_id)s, t.* from recon.comparison t where night >= %(night)s;
insert into archive.ministry_comparison select %(archive_id)s, t.* from recon.ministry_comparison t where night >= %(night)s;
insert into archive.learned_lag select %(archive_id)s, t.* from recon.learned_lag t where night >= %(night)s;
insert into archive.ledger_cell select %(archive_id)s, t.* from recon.ledger_cell t where night >= %(night)s;
insert into archive.pull select %(archive_id)s, t.* from ops.pull t where night >= %(night)s;
insert into archive.check_result select %(archive_id)s, t.* from ops.check_result t where night >= %(night)s;
insert into archive.agency select %(archive_id)s, t.* from core.agency t where origin <> 'reference';
insert into archive.procedure select %(archive_id)s, t.* from core.procedure t where origin <> 'reference';
