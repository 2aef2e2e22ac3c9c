-- What follows from what the sources said: ranges of nights again; a matched dossier without differences has no row.

create table recon.comparison (
    night date not null,
    pair text not null,
    as_of timestamptz not null,
    provincial_cut_off timestamptz not null,
    national_cut_off timestamptz not null,
    provincial_is_complete boolean not null,
    national_is_complete boolean not null,
    matched_count bigint not null,
    primary key (night, pair)
);
comment on table recon.comparison is 'What a night''s comparison of two sides rests on. Grain: night, pair.';
comment on column recon.comparison.night is 'The night.';
comment on column recon.comparison.pair is 'The two sides: national_provincial.';
comment on column recon.comparison.as_of is 'The moment both sides are compared at: the older cut-off, and never later than the night''s end.';
comment on column recon.comparison.provincial_cut_off is 'Oldest cut-off among the provincial listings.';
comment on column recon.comparison.national_cut_off is 'Oldest cut-off among the national listings.';
comment on column recon.comparison.provincial_is_complete is 'Whether the provincial listings cover everything: else absence there proves nothing.';
comment on column recon.comparison.national_is_complete is 'The same of the national listings.';
comment on column recon.comparison.matched_count is 'Dossiers that both sides hold.';

create table recon.verdict (
    pair text not null,
    dossier_id text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    presence text not null check (presence in ('matched', 'national_only', 'provincial_only')),
    standing text not null check (standing in ('gap', 'pending', 'not_yet_observable', 'incomplete', 'settled')),
    national_record_id text,
    provincial_record_id text,
    national_source_id text,
    provincial_source_id text,
    agency_id text not null,
    procedure_family text not null,
    receipt_date date,
    is_removed_provincially boolean not null,
    primary key (pair, dossier_id, from_night)
);
comment on table recon.verdict is 'One presence verdict a dossier and pair, for dossiers that are not simply matched. Grain: pair, dossier, range of nights.';
comment on column recon.verdict.pair is 'The two sides compared.';
comment on column recon.verdict.dossier_id is 'The dossier.';
comment on column recon.verdict.from_night is 'First night of this verdict.';
comment on column recon.verdict.to_night is 'First night on which it no longer held.';
comment on column recon.verdict.presence is 'Who holds it: matched (both, with differences or extra rows), national_only or provincial_only.';
comment on column recon.verdict.standing is 'gap (somebody must act), pending (within the allowed lag), not_yet_observable (later than the older cut-off), incomplete (the other side was not fully listed) or settled (matched).';
comment on column recon.verdict.national_record_id is 'The national record, where there is one.';
comment on column recon.verdict.provincial_record_id is 'The provincial record, where there is one.';
comment on column recon.verdict.national_source_id is 'Where the national record is from.';
comment on column recon.verdict.provincial_source_id is 'Where the provincial record is from.';
comment on column recon.verdict.agency_id is 'The agency at the receipt date: the province''s word first, else the portal''s.';
comment on column recon.verdict.procedure_family is 'The procedure family, likewise.';
comment on column recon.verdict.receipt_date is 'The receipt date, likewise.';
comment on column recon.verdict.is_removed_provincially is 'The province still shows a removed record of it: evidence for a deletion after the push.';

create table recon.difference (
    pair text not null,
    dossier_id text not null,
    attribute text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    standing text not null check (standing in ('gap', 'pending')),
    national_value text,
    provincial_value text,
    primary key (pair, dossier_id, attribute, from_night)
);
comment on table recon.difference is 'An attribute on which two sides that both hold a dossier disagree, with both values. Grain: pair, dossier, attribute, range of nights.';
comment on column recon.difference.pair is 'The two sides compared.';
comment on column recon.difference.dossier_id is 'The dossier.';
comment on column recon.difference.attribute is 'agency, procedure, status, receipt_date, due_date or finish_date.';
comment on column recon.difference.from_night is 'First night of this difference.';
comment on column recon.difference.to_night is 'First night on which it no longer held.';
comment on column recon.difference.standing is 'gap, or pending while the province changed the record less than the allowed lag before the comparison.';
comment on column recon.difference.national_value is 'What the portal says; null where it says nothing.';
comment on column recon.difference.provincial_value is 'What the province says; null where it says nothing.';

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
comment on table recon.ledger_entry is 'The signed decomposition of national minus provincial: one entry a dossier and cell. Grain: pair, dossier, kind, sign, record, range of nights.';
comment on column recon.ledger_entry.pair is 'The two sides.';
comment on column recon.ledger_entry.dossier_id is 'The dossier.';
comment on column recon.ledger_entry.entry_kind is 'national_only, provincial_only, moved (the sides put it into different cells: two entries), or an extra row of a dossier on one side.';
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
comment on table recon.cell_status is 'Counts of each cell, as ranges of nights. Grain: pair, agency, procedure family, receipt month, range of nights.';
comment on column recon.cell_status.pair is 'The two sides.';
comment on column recon.cell_status.agency_id is 'The agency at the receipt date.';
comment on column recon.cell_status.procedure_family is 'The procedure family.';
comment on column recon.cell_status.cell_month is 'First day of the receipt month; infinity for the named cell "no receipt date".';
comment on column recon.cell_status.from_night is 'First night of these counts.';
comment on column recon.cell_status.to_night is 'First night on which they no longer held.';
comment on column recon.cell_status.national_listed is 'Rows that the national listings show in the cell.';
comment on column recon.cell_status.provincial_listed is 'Rows that the provincial listings show in the cell, removed ones left out.';
comment on column recon.cell_status.matched is 'Dossiers of the province in this cell that the portal holds too, in whichever cell.';
comment on column recon.cell_status.matched_differing is 'Those of them with at least one differing attribute.';
comment on column recon.cell_status.national_only is 'Dossiers that only the portal holds.';
comment on column recon.cell_status.provincial_only is 'Dossiers that only the province holds.';
comment on column recon.cell_status.pending is 'Of both kinds, those that are no gap yet (pending, not yet observable or incomplete).';

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
    primary key (night, pair, grain, agency_id, cell_month)
);
comment on table recon.ledger_cell is 'Every term of the bridge, each measured on its own: declared, listed and the sum of the entries. Grain: night, pair, cell at a grain that sources declare.';
comment on column recon.ledger_cell.night is 'The night.';
comment on column recon.ledger_cell.pair is 'The two sides.';
comment on column recon.ledger_cell.grain is 'whole, month, undated (the named cell "no receipt date") or agency_month.';
comment on column recon.ledger_cell.agency_id is 'The agency; empty where the grain has none.';
comment on column recon.ledger_cell.cell_month is 'First day of the month; -infinity where the grain has none, infinity for undated.';
comment on column recon.ledger_cell.national_declared is 'What a national source declares; null where none states this grain.';
comment on column recon.ledger_cell.national_declared_by is 'Source and measure of it.';
comment on column recon.ledger_cell.provincial_declared is 'What a provincial source declares; null where none states this grain.';
comment on column recon.ledger_cell.provincial_declared_by is 'Source and measure of it.';
comment on column recon.ledger_cell.national_listed is 'National rows counted in core.';
comment on column recon.ledger_cell.provincial_listed is 'Provincial rows counted in core.';
comment on column recon.ledger_cell.entries is 'Sum of the signed ledger entries.';
