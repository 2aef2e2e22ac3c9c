-- A pair names two of the three sides; of national, provincial and ministry record a verdict fills those of its pair.
alter table recon.verdict
    drop constraint verdict_presence_check,
    add constraint verdict_presence_check
        check (presence in ('matched', 'national_only', 'provincial_only', 'ministry_only', 'undetermined')),
    drop constraint verdict_standing_check,
    add constraint verdict_standing_check
        check (standing in ('gap', 'pending', 'not_yet_observable', 'incomplete', 'settled', 'undecided')),
    add column evidence text not null default 'listed'
        check (evidence in ('listed', 'looked_up', 'receipt_time', 'counted_in_group')),
    add column ministry_record_id text,
    add column ministry_source_id text;
comment on column recon.verdict.pair is 'The two sides compared: national_provincial, ministry_provincial or ministry_national.';
comment on column recon.verdict.presence is 'Who holds it: matched (both, with differences, extra rows or other evidence than a code), national_only, provincial_only, ministry_only, or undetermined (the evidence does not decide).';
comment on column recon.verdict.evidence is 'What the presence rests on: listed, looked_up (asked for by code), receipt_time (agency, procedure family and the second of receipt agree, and nothing else does) or counted_in_group (as many on both sides by agency, family and day; no single pair is claimed).';
comment on column recon.verdict.ministry_record_id is 'The ministry''s record, where there is one.';
comment on column recon.verdict.ministry_source_id is 'The ministry''s system that it is from.';

comment on column recon.verdict.standing is 'gap (somebody must act), pending (within the allowed lag), not_yet_observable (later than the older cut-off), incomplete (the other side was not fully listed), undecided (the evidence does not say) or settled (matched).';

create table recon.ministry_comparison (
    night date not null,
    source_id text not null,
    as_of timestamptz not null,
    portal_as_of timestamptz,
    ministry_cut_off timestamptz not null,
    ministry_is_complete boolean not null,
    primary key (night, source_id)
);
comment on table recon.ministry_comparison is 'What a night''s comparison with a ministry''s system rests on. Grain: night, source.';
comment on column recon.ministry_comparison.night is 'The night.';
comment on column recon.ministry_comparison.source_id is 'The ministry''s system.';
comment on column recon.ministry_comparison.as_of is 'The moment it is compared with the province at: the older cut-off, never later than the night''s end.';
comment on column recon.ministry_comparison.portal_as_of is 'The same with the portal; null where the portal was never listed.';
comment on column recon.ministry_comparison.ministry_cut_off is 'Cut-off of the ministry''s listing.';
comment on column recon.ministry_comparison.ministry_is_complete is 'Whether that listing covers everything: else absence there proves nothing.';

alter table recon.difference add column ministry_value text;
comment on column recon.difference.ministry_value is 'What the ministry''s system says; null where it says nothing or is not of the pair.';

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
comment on table recon.ministry_cell is 'The dossiers of a ministry''s system by what the province holds of them. Grain: pair, source, agency, procedure family, receipt month, range of nights.';
comment on column recon.ministry_cell.pair is 'ministry_provincial.';
comment on column recon.ministry_cell.source_id is 'The ministry''s system.';
comment on column recon.ministry_cell.agency_id is 'The agency at the receipt date, as the ministry states it.';
comment on column recon.ministry_cell.procedure_family is 'The procedure family.';
comment on column recon.ministry_cell.cell_month is 'First day of the receipt month; infinity for the named cell "no receipt date".';
comment on column recon.ministry_cell.from_night is 'First night of these counts.';
comment on column recon.ministry_cell.to_night is 'First night on which they no longer held.';
comment on column recon.ministry_cell.ministry_listed is 'Dossiers that the ministry''s system lists: the sum of the five kinds that follow.';
comment on column recon.ministry_cell.matched_by_code is 'The province holds them under the same code or names theirs.';
comment on column recon.ministry_cell.matched_by_time is 'The province holds one that agrees in agency, procedure family and second of receipt.';
comment on column recon.ministry_cell.counted_in_group is 'The province holds as many of that agency, family and day; no single pair is claimed.';
comment on column recon.ministry_cell.undetermined is 'The province holds some of that agency, family and day, but not as many: which ones is not decided.';
comment on column recon.ministry_cell.ministry_only is 'The province holds none: left out of its own count.';
comment on column recon.ministry_cell.pending is 'Of the last two, those that are no gap yet (pending, not yet observable or incomplete).';
comment on column recon.ministry_cell.on_portal is 'Of all of them, those that the portal holds, by whatever evidence; null where the portal was never listed.';
comment on column recon.ministry_cell.portal_undetermined is 'Of all of them, those of which the evidence does not say whether the portal holds them.';

create table recon.catalogue_difference (
    source_id text not null,
    catalogue text not null,
    code text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    kind text not null check (kind in ('only_there', 'only_here', 'code_differs', 'name_differs')),
    code_there text,
    name_there text,
    name_here text,
    primary key (source_id, catalogue, code, from_night)
);
comment on table recon.catalogue_difference is 'Where a source''s catalogue and the province''s own differ, as ranges of days. Grain: source, catalogue, code, range of days.';
comment on column recon.catalogue_difference.source_id is 'The source.';
comment on column recon.catalogue_difference.catalogue is 'procedure (compared by family), agency or field.';
comment on column recon.catalogue_difference.code is 'The code; of a procedure its family.';
comment on column recon.catalogue_difference.from_night is 'First day on which it was seen.';
comment on column recon.catalogue_difference.to_night is 'First day on which it no longer was.';
comment on column recon.catalogue_difference.kind is 'only_there (the province lacks it), only_here (the source lacks it), code_differs (an agency that it still knows by an older code) or name_differs.';
comment on column recon.catalogue_difference.code_there is 'The code as the source states it.';
comment on column recon.catalogue_difference.name_there is 'The source''s name.';
comment on column recon.catalogue_difference.name_here is 'The province''s name.';
