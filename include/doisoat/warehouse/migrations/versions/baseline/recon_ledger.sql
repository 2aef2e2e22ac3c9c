-- Where national minus provincial comes from, entry by entry and cell by cell.

create table recon.ledger_entry (
    pair text not null,
    dossier_id text not null,
    entry_kind text not null check (entry_kind in
        ('national_only', 'provincial_only', 'moved', 'extra_national_row', 'extra_provincial_row')),
    sign smallint not null check (sign in (1, -1)),
    record_id text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    standing text not null,
    agency_id text not null,
    procedure_family text not null,
    receipt_month date,
    primary key (pair, dossier_id, entry_kind, sign, record_id, from_night)
);
comment on table recon.ledger_entry is
    'The signed decomposition of national minus provincial: one entry a dossier and cell. Grain: pair, dossier, '
    'kind, sign, record, range of nights.';
comment on column recon.ledger_entry.pair is 'The two sides.';
comment on column recon.ledger_entry.dossier_id is 'The dossier.';
comment on column recon.ledger_entry.entry_kind is
    'national_only, provincial_only, moved (the sides put it into different cells: two entries), or an extra row of '
    'a dossier on one side.';
comment on column recon.ledger_entry.sign is '+1 counts on the national side, -1 on the provincial side.';
comment on column recon.ledger_entry.record_id is 'The record that is counted.';
comment on column recon.ledger_entry.from_night is 'First night of the entry.';
comment on column recon.ledger_entry.to_night is 'First night on which it no longer held.';
comment on column recon.ledger_entry.standing is 'As in recon.verdict.';
comment on column recon.ledger_entry.agency_id is 'The cell''s agency.';
comment on column recon.ledger_entry.procedure_family is 'The cell''s procedure family.';
comment on column recon.ledger_entry.receipt_month is 'The cell''s month; null in the named cell "no receipt date".';

create table recon.cell_status (
    pair text not null,
    agency_id text not null,
    procedure_family text not null,
    cell_month date not null,
    from_night date not null,
    to_night date not null default 'infinity',
    national_listed bigint not null,
    provincial_listed bigint not null,
    matched bigint not null,
    matched_differing bigint not null,
    national_only bigint not null,
    provincial_only bigint not null,
    pending bigint not null,
    primary key (pair, agency_id, procedure_family, cell_month, from_night)
);
comment on table recon.cell_status is
    'Counts of each cell, as ranges of nights. Grain: pair, agency, procedure family, receipt month, range of '
    'nights.';
comment on column recon.cell_status.pair is 'The two sides.';
comment on column recon.cell_status.agency_id is 'The agency at the receipt date.';
comment on column recon.cell_status.procedure_family is 'The procedure family.';
comment on column recon.cell_status.cell_month is
    'First day of the receipt month; infinity for the named cell "no receipt date".';
comment on column recon.cell_status.from_night is 'First night of these counts.';
comment on column recon.cell_status.to_night is 'First night on which they no longer held.';
comment on column recon.cell_status.national_listed is 'Rows that the national listings show in the cell.';
comment on column recon.cell_status.provincial_listed is
    'Rows that the provincial listings show in the cell, removed ones left out.';
comment on column recon.cell_status.matched is
    'Dossiers of the province in this cell that the portal holds too, in whichever cell.';
comment on column recon.cell_status.matched_differing is 'Those of them with at least one differing attribute.';
comment on column recon.cell_status.national_only is 'Dossiers that only the portal holds.';
comment on column recon.cell_status.provincial_only is 'Dossiers that only the province holds.';
comment on column recon.cell_status.pending is
    'Of both kinds, those that are no gap yet (pending, not yet observable or incomplete).';

create table recon.ledger_cell (
    night date not null,
    pair text not null,
    grain text not null check (grain in ('whole', 'month', 'undated', 'agency_month')),
    agency_id text not null,
    cell_month date not null,
    national_declared bigint,
    national_declared_by text,
    provincial_declared bigint,
    provincial_declared_by text,
    national_listed bigint not null,
    provincial_listed bigint not null,
    entries bigint not null,
    added_by_ministries bigint,
    undetermined bigint,
    union_entries bigint,
    primary key (night, pair, grain, agency_id, cell_month)
);
comment on table recon.ledger_cell is
    'Every term of the bridge, each measured on its own: declared, listed and the sum of the entries. Grain: night, '
    'pair, cell at a grain that sources declare.';
comment on column recon.ledger_cell.night is 'The night.';
comment on column recon.ledger_cell.pair is 'The two sides.';
comment on column recon.ledger_cell.grain is
    'whole, month, undated (the named cell "no receipt date") or agency_month.';
comment on column recon.ledger_cell.agency_id is 'The agency; empty where the grain has none.';
comment on column recon.ledger_cell.cell_month is
    'First day of the month; -infinity where the grain has none, infinity for undated.';
comment on column recon.ledger_cell.national_declared is
    'What a national source declares; null where none states this grain.';
comment on column recon.ledger_cell.national_declared_by is 'Source and measure of it.';
comment on column recon.ledger_cell.provincial_declared is
    'What a provincial source declares; null where none states this grain.';
comment on column recon.ledger_cell.provincial_declared_by is 'Source and measure of it.';
comment on column recon.ledger_cell.national_listed is 'National rows counted in core.';
comment on column recon.ledger_cell.provincial_listed is 'Provincial rows counted in core.';
comment on column recon.ledger_cell.entries is 'Sum of the signed ledger entries.';
comment on column recon.ledger_cell.added_by_ministries is
    'Dossiers that only a ministry''s system holds, and not the province: the union is provincial_listed and these. '
    'Null for nights of before this was kept.';
comment on column recon.ledger_cell.undetermined is
    'Dossiers of a ministry''s system of which the evidence does not say whether the province holds them: the union '
    'may hold these too. Null for nights of before this was kept.';
comment on column recon.ledger_cell.union_entries is
    'Sum of the signed entries of national minus the union (archive.bridge_entries). Null for nights of before this '
    'was kept.';

create table recon.ministry_cell (
    pair text not null,
    source_id text not null,
    agency_id text not null,
    procedure_family text not null,
    cell_month date not null,
    from_night date not null,
    to_night date not null default 'infinity',
    ministry_listed bigint not null,
    matched_by_code bigint not null,
    matched_by_time bigint not null,
    counted_in_group bigint not null,
    undetermined bigint not null,
    ministry_only bigint not null,
    pending bigint not null,
    on_portal bigint,
    portal_undetermined bigint,
    primary key (pair, source_id, agency_id, procedure_family, cell_month, from_night)
);
comment on table recon.ministry_cell is
    'The dossiers of a ministry''s system by what the province holds of them. Grain: pair, source, agency, '
    'procedure family, receipt month, range of nights.';
comment on column recon.ministry_cell.pair is 'ministry_provincial.';
comment on column recon.ministry_cell.source_id is 'The ministry''s system.';
comment on column recon.ministry_cell.agency_id is 'The agency at the receipt date, as the ministry states it.';
comment on column recon.ministry_cell.procedure_family is 'The procedure family.';
comment on column recon.ministry_cell.cell_month is
    'First day of the receipt month; infinity for the named cell "no receipt date".';
comment on column recon.ministry_cell.from_night is 'First night of these counts.';
comment on column recon.ministry_cell.to_night is 'First night on which they no longer held.';
comment on column recon.ministry_cell.ministry_listed is
    'Dossiers that the ministry''s system lists: the sum of the five kinds that follow.';
comment on column recon.ministry_cell.matched_by_code is 'The province holds them under the same code or names theirs.';
comment on column recon.ministry_cell.matched_by_time is
    'The province holds one that agrees in agency, procedure family and second of receipt.';
comment on column recon.ministry_cell.counted_in_group is
    'The province holds as many of that agency, family and day; no single pair is claimed.';
comment on column recon.ministry_cell.undetermined is
    'The province holds some of that agency, family and day, but not as many: which ones is not decided.';
comment on column recon.ministry_cell.ministry_only is 'The province holds none: left out of its own count.';
comment on column recon.ministry_cell.pending is
    'Of the last two, those that are no gap yet (pending, not yet observable or incomplete).';
comment on column recon.ministry_cell.on_portal is
    'Of all of them, those that the portal holds, by whatever evidence; null where the portal was never listed.';
comment on column recon.ministry_cell.portal_undetermined is
    'Of all of them, those of which the evidence does not say whether the portal holds them.';
