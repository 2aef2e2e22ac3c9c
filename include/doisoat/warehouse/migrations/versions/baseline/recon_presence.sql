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
comment on column recon.comparison.as_of is
    'The moment both sides are compared at: the older cut-off, and never later than the night''s end.';
comment on column recon.comparison.provincial_cut_off is 'Oldest cut-off among the provincial listings.';
comment on column recon.comparison.national_cut_off is 'Oldest cut-off among the national listings.';
comment on column recon.comparison.provincial_is_complete is
    'Whether the provincial listings cover everything: else absence there proves nothing.';
comment on column recon.comparison.national_is_complete is 'The same of the national listings.';
comment on column recon.comparison.matched_count is 'Dossiers that both sides hold.';

create table recon.ministry_comparison (
    night date not null,
    source_id text not null,
    as_of timestamptz not null,
    portal_as_of timestamptz,
    ministry_cut_off timestamptz not null,
    ministry_is_complete boolean not null,
    primary key (night, source_id)
);
comment on table recon.ministry_comparison is
    'What a night''s comparison with a ministry''s system rests on. Grain: night, source.';
comment on column recon.ministry_comparison.night is 'The night.';
comment on column recon.ministry_comparison.source_id is 'The ministry''s system.';
comment on column recon.ministry_comparison.as_of is
    'The moment it is compared with the province at: the older cut-off, never later than the night''s end.';
comment on column recon.ministry_comparison.portal_as_of is
    'The same with the portal; null where the portal was never listed.';
comment on column recon.ministry_comparison.ministry_cut_off is 'Cut-off of the ministry''s listing.';
comment on column recon.ministry_comparison.ministry_is_complete is
    'Whether that listing covers everything: else absence there proves nothing.';

create table recon.whole_night (
    night date primary key,
    is_whole boolean not null,
    compared_by text not null
);
comment on table recon.whole_night is
    'How a night was compared: all that is held, or what could have changed. Grain: night.';
comment on column recon.whole_night.night is 'The night.';
comment on column recon.whole_night.is_whole is
    'Whether every dossier was compared anew; else those that were touched or differed before.';
comment on column recon.whole_night.compared_by is
    'Names what every comparison rests on: rules, configuration, reference data and the systems that took part; '
    'empty where records were joined anew since, so that no night builds on it.';

-- A pair names two of the three sides; of national, provincial and ministry record a verdict fills those of its pair.
create table recon.verdict (
    pair text not null,
    dossier_id text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    presence text not null
        check (presence in ('matched', 'national_only', 'provincial_only', 'ministry_only', 'undetermined')),
    standing text not null
        check (standing in ('gap', 'pending', 'not_yet_observable', 'incomplete', 'settled', 'undecided')),
    national_record_id text,
    provincial_record_id text,
    national_source_id text,
    provincial_source_id text,
    agency_id text not null,
    procedure_family text not null,
    receipt_date date,
    is_removed_provincially boolean not null,
    evidence text not null default 'listed'
        check (evidence in ('listed', 'looked_up', 'receipt_time', 'counted_in_group')),
    ministry_record_id text,
    ministry_source_id text,
    next_review_on date,
    primary key (pair, dossier_id, from_night)
);
comment on table recon.verdict is
    'One presence verdict a dossier and pair, for dossiers that are not simply matched. Grain: pair, dossier, range '
    'of nights.';
comment on column recon.verdict.pair is
    'The two sides compared: national_provincial, ministry_provincial or ministry_national.';
comment on column recon.verdict.dossier_id is 'The dossier.';
comment on column recon.verdict.from_night is 'First night of this verdict.';
comment on column recon.verdict.to_night is 'First night on which it no longer held.';
comment on column recon.verdict.presence is
    'Who holds it: matched (both, with differences, extra rows or other evidence than a code), national_only, '
    'provincial_only, ministry_only, or undetermined (the evidence does not decide).';
comment on column recon.verdict.standing is
    'gap (somebody must act), pending (within the allowed lag), not_yet_observable (later than the older cut-off), '
    'incomplete (the other side was not fully listed), undecided (the evidence does not say) or settled (matched).';
comment on column recon.verdict.national_record_id is 'The national record, where there is one.';
comment on column recon.verdict.provincial_record_id is 'The provincial record, where there is one.';
comment on column recon.verdict.national_source_id is 'Where the national record is from.';
comment on column recon.verdict.provincial_source_id is 'Where the provincial record is from.';
comment on column recon.verdict.agency_id is
    'The agency at the receipt date: the province''s word first, else the portal''s.';
comment on column recon.verdict.procedure_family is 'The procedure family, likewise.';
comment on column recon.verdict.receipt_date is 'The receipt date, likewise.';
comment on column recon.verdict.is_removed_provincially is
    'The province still shows a removed record of it: evidence for a deletion after the push.';
comment on column recon.verdict.evidence is
    'What the presence rests on: listed, looked_up (asked for by code), receipt_time (agency, procedure family and '
    'the second of receipt agree, and nothing else does) or counted_in_group (as many on both sides by agency, '
    'family and day; no single pair is claimed).';
comment on column recon.verdict.ministry_record_id is 'The ministry''s record, where there is one.';
comment on column recon.verdict.ministry_source_id is 'The ministry''s system that it is from.';
comment on column recon.verdict.next_review_on is
    'The first night on which it is a gap if nothing else changes and both sides are then known as a whole; null '
    'where time alone changes nothing.';

create table recon.difference (
    pair text not null,
    dossier_id text not null,
    attribute text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    standing text not null check (standing in ('gap', 'pending', 'not_yet_observable')),
    national_value text,
    provincial_value text,
    ministry_value text,
    next_review_on date,
    primary key (pair, dossier_id, attribute, from_night)
);
comment on table recon.difference is
    'An attribute on which two sides that both hold a dossier disagree, with both values. Grain: pair, dossier, '
    'attribute, range of nights.';
comment on column recon.difference.pair is 'The two sides compared.';
comment on column recon.difference.dossier_id is 'The dossier.';
comment on column recon.difference.attribute is 'agency, procedure, status, receipt_date, due_date or finish_date.';
comment on column recon.difference.from_night is 'First night of this difference.';
comment on column recon.difference.to_night is 'First night on which it no longer held.';
comment on column recon.difference.standing is
    'gap (somebody must act), pending (changed within the allowed lag) or not_yet_observable (one side is older '
    'than the other''s change).';
comment on column recon.difference.national_value is 'What the portal says; null where it says nothing.';
comment on column recon.difference.provincial_value is 'What the province says; null where it says nothing.';
comment on column recon.difference.ministry_value is
    'What the ministry''s system says; null where it says nothing or is not of the pair.';
comment on column recon.difference.next_review_on is
    'The first night on which it is a gap if nothing else changes and both sides are then known as a whole; null '
    'where time alone changes nothing.';

-- What each night saw of how late dossiers are (docs/adr/0019-learned-lags.md), and the lags that follow.
create table recon.arrival (
    night date not null,
    pair text not null,
    presence text not null check (presence in ('national_only', 'provincial_only')),
    agency_id text not null,
    received_on date not null,
    watched_for interval not null,
    hours integer check (hours >= 0),
    dossiers integer not null check (dossiers > 0),
    unique nulls not distinct (night, pair, presence, agency_id, hours)
);
comment on table recon.arrival is
    'How late the dossiers received on one day reached the other side, counted once, on the night on which they had '
    'been watched for long enough. Grain: night, pair, presence, agency, hours.';
comment on column recon.arrival.night is 'The night that counted them.';
comment on column recon.arrival.pair is 'The two sides compared.';
comment on column recon.arrival.presence is
    'Which side may be late: provincial_only (the portal, of what the province holds) or national_only (the '
    'province).';
comment on column recon.arrival.agency_id is
    'The agency at the receipt date, as the side that holds them states it, or unknown.';
comment on column recon.arrival.received_on is 'The local date on which they were received.';
comment on column recon.arrival.watched_for is 'For how long they were watched.';
comment on column recon.arrival.hours is
    'How old they were when a comparison last lacked them, in hours, rounded up; 0 where none did; null where they '
    'had not come by then.';
comment on column recon.arrival.dossiers is 'How many dossiers.';

create table recon.learned_lag (
    night date not null,
    pair text not null,
    presence text not null check (presence in ('national_only', 'provincial_only')),
    agency_id text not null,
    allowed_lag interval not null,
    quantile numeric not null,
    dossiers bigint not null,
    arrived bigint not null,
    primary key (night, pair, presence, agency_id)
);
comment on table recon.learned_lag is
    'The lags that a night learned from earlier ones, where the province file asks for it and enough dossiers say '
    'it. Grain: night, pair, presence, agency.';
comment on column recon.learned_lag.night is 'The night on which it applies.';
comment on column recon.learned_lag.pair is 'The two sides compared.';
comment on column recon.learned_lag.presence is 'Which side may be late, as in recon.arrival.';
comment on column recon.learned_lag.agency_id is 'The agency, with all below it; empty for the whole province.';
comment on column recon.learned_lag.allowed_lag is
    'How old a dossier that the other side lacks may be before it is a gap: never below the configured lag, never '
    'beyond at_most.';
comment on column recon.learned_lag.quantile is 'Of which share of the dossiers it was enough.';
comment on column recon.learned_lag.dossiers is 'How many dossiers it rests on.';
comment on column recon.learned_lag.arrived is 'How many of them came while they were watched.';

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
comment on table recon.catalogue_difference is
    'Where a source''s catalogue and the province''s own differ, as ranges of days. Grain: source, catalogue, code, '
    'range of days.';
comment on column recon.catalogue_difference.source_id is 'The source.';
comment on column recon.catalogue_difference.catalogue is 'procedure (compared by family), agency or field.';
comment on column recon.catalogue_difference.code is 'The code; of a procedure its family.';
comment on column recon.catalogue_difference.from_night is 'First day on which it was seen.';
comment on column recon.catalogue_difference.to_night is 'First day on which it no longer was.';
comment on column recon.catalogue_difference.kind is
    'only_there (the province lacks it), only_here (the source lacks it), code_differs (an agency that it still '
    'knows by an older code) or name_differs.';
comment on column recon.catalogue_difference.code_there is 'The code as the source states it.';
comment on column recon.catalogue_difference.name_there is 'The source''s name.';
comment on column recon.catalogue_difference.name_here is 'The province''s name.';

create table recon.sweep_difference (
    night date not null,
    relation text not null,
    side text not null check (side in ('standing', 'anew')),
    row jsonb not null
);
create index on recon.sweep_difference (night);
comment on table recon.sweep_difference is
    'Rows in which the last deep sweep of a night differs from what stands, both kept for whoever looks for the '
    'reason. Grain: night, relation, side, row.';
comment on column recon.sweep_difference.night is 'The night.';
comment on column recon.sweep_difference.relation is 'The table of the row.';
comment on column recon.sweep_difference.side is
    'standing (what the nights came to) or anew (what the whole comes to).';
comment on column recon.sweep_difference.row is 'The row; of core.dossier_record its key and what identity says of it.';
