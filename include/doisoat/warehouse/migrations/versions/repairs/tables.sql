create table recon.repair (
    pair text not null,
    dossier_id text not null,
    kind text not null,
    detail text not null,
    sign smallint not null check (sign in (-1, 1)),
    from_night date not null,
    to_night date not null default 'infinity',
    cause text not null,
    effect text not null,
    mend text not null,
    source_id text not null,
    agency_id text not null,
    procedure_family text not null,
    cell_month date not null,
    provincial smallint not null,
    synced smallint not null,
    synced_through smallint not null,
    status_in_step smallint not null,
    portal smallint not null,
    portal_rows smallint not null,
    added smallint not null,
    added_on_portal smallint not null,
    maybe_added_on_portal smallint not null,
    primary key (pair, dossier_id, kind, detail, sign, from_night),
    check (from_night < to_night)
);
create index repair_to_night on recon.repair (to_night);
comment on table recon.repair is
    'What the repair of a gap changes in the counts of the sync rates (rates/repairs.yaml); it follows from ledger entries, '
    'causes, gaps and verdicts. Grain: pair, dossier, kind, detail, sign, range of nights.';
comment on column recon.repair.pair is 'The two sides compared.';
comment on column recon.repair.dossier_id is 'The dossier, as it was known that night.';
comment on column recon.repair.kind is
    'The kind of the gap; or moved: both sides hold the dossier, in different cells, and each cell has a row.';
comment on column recon.repair.detail is 'For an extra row its source and record; else empty.';
comment on column recon.repair.sign is 'Of a moved dossier: 1 in the portal''s cell, -1 in the province''s; else the sign of its ledger entry, or 1.';
comment on column recon.repair.from_night is 'First night on which all of this was so.';
comment on column recon.repair.to_night is 'First night on which it no longer was; infinity while it is.';
comment on column recon.repair.cause is 'Why: a rule of the policy of causes.';
comment on column recon.repair.effect is 'What its repair is: push, link, withdraw, drop_row, move, step, import or submit.';
comment on column recon.repair.mend is
    'What is mended: a repair counts once, whichever of a dossier''s gaps it is done for.';
comment on column recon.repair.source_id is 'The ministry''s system in whose cell it counts; empty: the province''s and portal''s.';
comment on column recon.repair.agency_id is 'The agency of the cell, or unknown.';
comment on column recon.repair.procedure_family is 'The procedure family of the cell, or unknown.';
comment on column recon.repair.cell_month is 'First day of the month of the cell; infinity without a receipt date, in no period.';
comment on column recon.repair.provincial is 'What the repair adds to this count of its cell.';
comment on column recon.repair.synced is 'What the repair adds to this count of its cell.';
comment on column recon.repair.synced_through is 'What the repair adds to this count of its cell.';
comment on column recon.repair.status_in_step is 'What the repair adds to this count of its cell.';
comment on column recon.repair.portal is 'What the repair adds to this count of its cell.';
comment on column recon.repair.portal_rows is 'What the repair adds to this count of its cell.';
comment on column recon.repair.added is 'What the repair adds to this count of its cell.';
comment on column recon.repair.added_on_portal is 'What the repair adds to this count of its cell.';
comment on column recon.repair.maybe_added_on_portal is 'What the repair adds to this count of its cell.';
create table archive.repair (archive_id integer not null, like recon.repair including comments);
create index on archive.repair (archive_id);

create table recon.rate_sum (
    period_kind text not null check (period_kind in ('month', 'quarter', 'year', 'all')),
    period_start date not null,
    agency_id text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    provincial bigint not null,
    synced bigint not null,
    synced_undecided bigint not null,
    synced_through bigint not null,
    maybe_repeated bigint not null,
    maybe_repeated_synced bigint not null,
    maybe_repeated_unsynced bigint not null,
    status_in_step bigint not null,
    status_undecided bigint not null,
    portal bigint not null,
    portal_rows bigint not null,
    added bigint not null,
    added_on_portal bigint not null,
    added_portal_undecided bigint not null,
    maybe_added bigint not null,
    maybe_added_on_portal bigint not null,
    maybe_added_portal_undecided bigint not null,
    online bigint not null,
    channel_unknown bigint not null,
    reported bigint,
    reported_basis text,
    primary key (period_kind, period_start, agency_id, from_night),
    check (from_night < to_night)
);
create index rate_sum_to_night on recon.rate_sum (to_night);
comment on table recon.rate_sum is
    'The sums from which the sync rates of a period are computed, and so what a repair would make of them. Grain: period, '
    'agency with all below it, range of nights.';
comment on column recon.rate_sum.period_kind is 'month, quarter, year, or all months.';
comment on column recon.rate_sum.period_start is 'First day of the period; -infinity for all months.';
comment on column recon.rate_sum.agency_id is
    'The agency, with all below it; empty for the whole, unknown agencies among it.';
comment on column recon.rate_sum.from_night is 'First night on which it came to this.';
comment on column recon.rate_sum.to_night is 'First night on which it no longer did; infinity while it does.';
comment on column recon.rate_sum.online is 'Of provincial, those submitted online.';
comment on column recon.rate_sum.channel_unknown is 'Of provincial, those of an unknown channel.';
comment on column recon.rate_sum.reported is
    'What was reported for the period to the national reporting system; null if no report reached us.';
comment on column recon.rate_sum.reported_basis is 'How that is known: reported, sum_of_months or last_year_prorated.';
do $$
declare
    of_column record;
begin
    for of_column in
        select a.attname as column, col_description(o.attrelid, o.attnum) as meaning
        from pg_attribute a
        join pg_attribute o on o.attrelid = 'recon.indicator_cell'::regclass and o.attname = a.attname
        where a.attrelid = 'recon.rate_sum'::regclass and a.attnum > 0
            and col_description(a.attrelid, a.attnum) is null
    loop
        execute format('comment on column recon.rate_sum.%I is %L', of_column.column, of_column.meaning);
    end loop;
end $$;
create table archive.rate_sum (archive_id integer not null, like recon.rate_sum including comments);
create index on archive.rate_sum (archive_id);

create table recon.repair_gain (
    period_kind text not null check (period_kind in ('month', 'quarter', 'year', 'all')),
    period_start date not null,
    agency_id text not null,
    cause text not null,
    from_night date not null,
    to_night date not null default 'infinity',
    indicator text not null,
    place integer not null,
    to_repair integer not null,
    ratio_now numeric(9, 6),
    ratio_if_repaired numeric(9, 6),
    ratio_with_all_before numeric(9, 6),
    points_now numeric(9, 4),
    points numeric(9, 4),
    points_with_all_before numeric(9, 4),
    share_of_3_3 numeric(9, 4),
    denominator_basis text,
    primary key (period_kind, period_start, agency_id, cause, from_night),
    check (from_night < to_night)
);
create index repair_gain_to_night on recon.repair_gain (to_night);
comment on table recon.repair_gain is
    'What the sync rate in force gains if the gaps of a cause are repaired: alone, and after all causes before it. Grain: '
    'period, agency with all below it, cause, range of nights.';
comment on column recon.repair_gain.period_kind is 'month, quarter, year, or all months.';
comment on column recon.repair_gain.period_start is 'First day of the period; -infinity for all months.';
comment on column recon.repair_gain.agency_id is
    'Whose gaps and whose rate: the agency, with all below it; empty for the whole, unknown agencies among it.';
comment on column recon.repair_gain.cause is 'Why: a rule of the policy of causes.';
comment on column recon.repair_gain.from_night is 'First night on which it came to this.';
comment on column recon.repair_gain.to_night is 'First night on which it no longer did; infinity while it does.';
comment on column recon.repair_gain.indicator is 'The reading of the sync rate that was in force.';
comment on column recon.repair_gain.place is 'Its place: what gains most alone comes first.';
comment on column recon.repair_gain.to_repair is 'How many repairs change a count; a dossier in the wrong cell is one.';
comment on column recon.repair_gain.ratio_now is 'The rate that night, at least.';
comment on column recon.repair_gain.ratio_if_repaired is 'The rate if only this cause is repaired, at least.';
comment on column recon.repair_gain.ratio_with_all_before is 'The rate if it and all causes before it are, at least.';
comment on column recon.repair_gain.points_now is 'The points that the rate gives that night.';
comment on column recon.repair_gain.points is 'The points that this repair alone gains; below 0 if the rate falls.';
comment on column recon.repair_gain.points_with_all_before is 'The points that it gains with all before it.';
comment on column recon.repair_gain.share_of_3_3 is
    'Which share of the points of 3.3, which the sync rate multiplies, it recovers alone.';
comment on column recon.repair_gain.denominator_basis is
    'What the denominator rests on, as in the rates; expected: no report reached us, so what the province would report.';
create table archive.repair_gain (archive_id integer not null, like recon.repair_gain including comments);
create index on archive.repair_gain (archive_id);
comment on table archive.repair is 'Rows of earlier revisions, with the columns of recon.repair.';
comment on column archive.repair.archive_id is
    'The generation: ops.publication says which revisions of which nights are in it.';
comment on table archive.rate_sum is 'Rows of earlier revisions, with the columns of recon.rate_sum.';
comment on column archive.rate_sum.archive_id is
    'The generation: ops.publication says which revisions of which nights are in it.';
comment on table archive.repair_gain is 'Rows of earlier revisions, with the columns of recon.repair_gain.';
comment on column archive.repair_gain.archive_id is
    'The generation: ops.publication says which revisions of which nights are in it.';
