-- What every rate is made of: dossiers counted by cell, each by the word of one side.
create table recon.indicator_cell (
    source_id text not null,
    agency_id text not null,
    procedure_family text not null,
    channel text not null,
    cell_month date not null,
    from_night date not null,
    to_night date not null default 'infinity',
    provincial bigint not null default 0,
    synced bigint not null default 0,
    synced_undecided bigint not null default 0,
    synced_through bigint not null default 0,
    maybe_repeated bigint not null default 0,
    maybe_repeated_synced bigint not null default 0,
    maybe_repeated_unsynced bigint not null default 0,
    status_in_step bigint not null default 0,
    status_undecided bigint not null default 0,
    portal bigint not null default 0,
    portal_rows bigint not null default 0,
    added bigint not null default 0,
    added_on_portal bigint not null default 0,
    added_portal_undecided bigint not null default 0,
    maybe_added bigint not null default 0,
    maybe_added_on_portal bigint not null default 0,
    maybe_added_portal_undecided bigint not null default 0,
    primary key (source_id, agency_id, procedure_family, channel, cell_month, from_night),
    check (from_night < to_night)
);
create index indicator_cell_to_night on recon.indicator_cell (to_night);
comment on table recon.indicator_cell is 'Dossiers as the indicators count them. Additive. Grain: source, agency, procedure family, channel, receipt month, range of nights.';
comment on column recon.indicator_cell.source_id is 'Empty for what the province and the portal hold; else the ministry''s system whose dossiers the province does not hold.';
comment on column recon.indicator_cell.agency_id is 'The agency at the receipt date, or unknown.';
comment on column recon.indicator_cell.procedure_family is 'The procedure family, or unknown.';
comment on column recon.indicator_cell.channel is 'direct, online, post or unknown.';
comment on column recon.indicator_cell.cell_month is 'First day of the receipt month; infinity for the named cell "no receipt date".';
comment on column recon.indicator_cell.from_night is 'First night on which it counted so.';
comment on column recon.indicator_cell.to_night is 'First night on which it no longer did; infinity while it does.';
comment on column recon.indicator_cell.provincial is 'Dossiers of the province, by its own agency, month and channel.';
comment on column recon.indicator_cell.synced is 'Of provincial, those that the portal is seen to hold, in whichever cell.';
comment on column recon.indicator_cell.synced_undecided is 'Of provincial, those of which it is not known whether the portal holds them: it was listed in part, or before they came up.';
comment on column recon.indicator_cell.synced_through is 'Of provincial and not of synced, those that agree in agency, procedure and second of receipt with a ministry''s dossier that the portal holds, under a code of its own.';
comment on column recon.indicator_cell.maybe_repeated is 'Of provincial, those that may be taken in twice: of one agency, procedure and second of receipt the province shows more than the ministry''s system has.';
comment on column recon.indicator_cell.maybe_repeated_synced is 'Of maybe_repeated, at most so many are synced.';
comment on column recon.indicator_cell.maybe_repeated_unsynced is 'Of maybe_repeated, at most so many are not synced.';
comment on column recon.indicator_cell.status_in_step is 'Of synced, those in the same status on both sides.';
comment on column recon.indicator_cell.status_undecided is 'Of synced, those whose status one of the sides does not tell.';
comment on column recon.indicator_cell.portal is 'Dossiers that the portal is seen to hold, by its own agency, month and channel.';
comment on column recon.indicator_cell.portal_rows is 'The same as the portal counts them: with the rows that repeat a dossier.';
comment on column recon.indicator_cell.added is 'Dossiers of the ministry''s system that the province does not hold.';
comment on column recon.indicator_cell.added_on_portal is 'Of added, those that the portal holds.';
comment on column recon.indicator_cell.added_portal_undecided is 'Of added, those of which it is not known whether the portal holds them.';
comment on column recon.indicator_cell.maybe_added is 'Dossiers of the ministry''s system of which it is not known whether the province holds them.';
comment on column recon.indicator_cell.maybe_added_on_portal is 'Of maybe_added, those that the portal holds.';
comment on column recon.indicator_cell.maybe_added_portal_undecided is 'Of maybe_added, those of which it is not known whether the portal holds them either.';
create table archive.indicator_cell (archive_id integer not null, like recon.indicator_cell including comments);

create function recon.ratio(part bigint, whole bigint) returns numeric
language sql immutable parallel safe
return case when whole > 0 then least(1, round(part::numeric / whole, 6)) end;
comment on function recon.ratio is 'A part of a whole, never above 1: a surplus does not lift a rate above 100 % (CONTRACTS 6); null where there is no whole.';

create table recon.rate (
    indicator text not null,
    period_kind text not null check (period_kind in ('month', 'quarter', 'year', 'all')),
    period_start date not null,
    agency_id text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    numerator_least bigint,
    numerator_most bigint,
    denominator_least bigint,
    denominator_most bigint,
    ratio_least numeric(9, 6),
    ratio_most numeric(9, 6),
    denominator_basis text,
    primary key (indicator, period_kind, period_start, agency_id, from_night),
    check (from_night < to_night),
    check (numerator_least <= numerator_most and denominator_least <= denominator_most and ratio_least <= ratio_most),
    check (ratio_least >= 0 and ratio_most <= 1)
);
create index rate_to_night on recon.rate (to_night);
comment on table recon.rate is 'What the indicators come to: between a least and a most, which are one where the evidence is complete. Grain: indicator, period, agency with all below it, range of nights.';
comment on column recon.rate.indicator is 'Which formula (core.indicator).';
comment on column recon.rate.period_kind is 'month, quarter, year, or all months.';
comment on column recon.rate.period_start is 'First day of the period; -infinity for all months.';
comment on column recon.rate.agency_id is 'The agency, with all below it; empty for the whole, unknown agencies among it.';
comment on column recon.rate.from_night is 'First night on which it came to this.';
comment on column recon.rate.to_night is 'First night on which it no longer did; infinity while it does.';
comment on column recon.rate.numerator_least is 'What surely counts.';
comment on column recon.rate.numerator_most is 'What counts if all that is undecided does.';
comment on column recon.rate.denominator_least is 'Of how many, at least; null where no source states it.';
comment on column recon.rate.denominator_most is 'Of how many, at most.';
comment on column recon.rate.ratio_least is 'The ratio in [0, 1], at least; null where there is nothing to divide by.';
comment on column recon.rate.ratio_most is 'The ratio in [0, 1], at most.';
comment on column recon.rate.denominator_basis is 'Of a denominator that rests on what was reported: reported, sum_of_months, last_year_prorated, portal (less was reported than the portal holds) or unknown (what was reported did not come to us); else counted.';
create table archive.rate (archive_id integer not null, like recon.rate including comments);

create table core.indicator (
    indicator text primary key,
    place integer not null,
    code text,
    label text not null,
    formula text not null,
    legal_source text not null,
    certainty text not null check (certainty in ('V', '2', 'A')),
    valid_from date not null,
    valid_to date not null default 'infinity',
    is_in_force boolean not null,
    points numeric(5, 2)
);
comment on table core.indicator is 'The formulas, named and dated: what is computed, on what legal ground, and which of rival readings is in force here. Grain: indicator.';
comment on column core.indicator.indicator is 'Its name.';
comment on column core.indicator.place is 'In which order they are shown.';
comment on column core.indicator.code is 'The number of the indicator in the decision, as 1.4.';
comment on column core.indicator.label is 'Its name in Vietnamese.';
comment on column core.indicator.formula is 'The formula in words.';
comment on column core.indicator.legal_source is 'Where it is from.';
comment on column core.indicator.certainty is 'V seen in working software or on a public page, 2 second-hand, A our reading.';
comment on column core.indicator.valid_from is 'First day on which the source applies.';
comment on column core.indicator.valid_to is 'First day on which it no longer does.';
comment on column core.indicator.is_in_force is 'Whether the province''s file takes this reading for the one that counts.';
comment on column core.indicator.points is 'The most points that it gives; null where it gives none by itself.';
