-- What every rate is made of: dossiers counted by cell, each by the word of one side; and what the indicators come to.

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
    digitised bigint,
    digitised_unsaid bigint,
    digitised_disputed bigint,
    with_result bigint,
    result_unknown bigint,
    with_result_digitised bigint,
    with_result_undecided bigint,
    paid_online bigint,
    payment_unsaid bigint,
    payment_disputed bigint,
    payment_asked bigint,
    accepted_timed bigint,
    acceptance_seconds bigint,
    accepted_in_8_hours bigint,
    acceptance_unknown bigint,
    acceptance_implausible bigint,
    resolved_early bigint not null default 0,
    resolved_on_time bigint not null default 0,
    resolved_overdue bigint not null default 0,
    resolved_undecided bigint not null default 0,
    resolved_early_by_date bigint not null default 0,
    resolved_on_time_by_date bigint not null default 0,
    resolved_overdue_by_date bigint not null default 0,
    resolved_undecided_by_date bigint not null default 0,
    pending_in_time bigint not null default 0,
    pending_overdue bigint not null default 0,
    pending_undecided bigint not null default 0,
    pending_in_time_by_date bigint not null default 0,
    pending_overdue_by_date bigint not null default 0,
    pending_undecided_by_date bigint not null default 0,
    pending_awaiting bigint not null default 0,
    ended_without_result bigint not null default 0,
    ended_undated bigint not null default 0,
    primary key (source_id, agency_id, procedure_family, channel, cell_month, from_night),
    check (from_night < to_night)
);
create index indicator_cell_to_night on recon.indicator_cell (to_night);
comment on table recon.indicator_cell is
    'Dossiers as the indicators count them. Additive. Grain: source, agency, procedure family, channel, receipt '
    'month, range of nights.';
comment on column recon.indicator_cell.source_id is
    'Empty for what the province and the portal hold; else the ministry''s system whose dossiers the province does '
    'not hold.';
comment on column recon.indicator_cell.agency_id is 'The agency at the receipt date, or unknown.';
comment on column recon.indicator_cell.procedure_family is 'The procedure family, or unknown.';
comment on column recon.indicator_cell.channel is 'direct, online, post or unknown.';
comment on column recon.indicator_cell.cell_month is
    'First day of the receipt month; of resolved_* and ended_without_result, of the month of the end. Infinity for '
    'the named cell "no receipt date".';
comment on column recon.indicator_cell.from_night is 'First night on which it counted so.';
comment on column recon.indicator_cell.to_night is 'First night on which it no longer did; infinity while it does.';
comment on column recon.indicator_cell.provincial is 'Dossiers of the province, by its own agency, month and channel.';
comment on column recon.indicator_cell.synced is
    'Of provincial, those that the portal is seen to hold, in whichever cell.';
comment on column recon.indicator_cell.synced_undecided is
    'Of provincial, those of which it is not known whether the portal holds them: it was listed in part, or before '
    'they came up.';
comment on column recon.indicator_cell.synced_through is
    'Of provincial and not of synced, those that agree in agency, procedure and second of receipt with a '
    'ministry''s dossier that the portal holds, under a code of its own.';
comment on column recon.indicator_cell.maybe_repeated is
    'Of provincial, those that may be taken in twice: of one agency, procedure and second of receipt the province '
    'shows more than the ministry''s system has.';
comment on column recon.indicator_cell.maybe_repeated_synced is 'Of maybe_repeated, at most so many are synced.';
comment on column recon.indicator_cell.maybe_repeated_unsynced is 'Of maybe_repeated, at most so many are not synced.';
comment on column recon.indicator_cell.status_in_step is 'Of synced, those in the same status on both sides.';
comment on column recon.indicator_cell.status_undecided is
    'Of synced, those whose status one of the sides does not tell.';
comment on column recon.indicator_cell.portal is
    'Dossiers that the portal is seen to hold, by its own agency, month and channel.';
comment on column recon.indicator_cell.portal_rows is
    'The same as the portal counts them: with the rows that repeat a dossier.';
comment on column recon.indicator_cell.added is 'Dossiers of the ministry''s system that the province does not hold.';
comment on column recon.indicator_cell.added_on_portal is 'Of added, those that the portal holds.';
comment on column recon.indicator_cell.added_portal_undecided is
    'Of added, those of which it is not known whether the portal holds them.';
comment on column recon.indicator_cell.maybe_added is
    'Dossiers of the ministry''s system of which it is not known whether the province holds them.';
comment on column recon.indicator_cell.maybe_added_on_portal is 'Of maybe_added, those that the portal holds.';
comment on column recon.indicator_cell.maybe_added_portal_undecided is
    'Of maybe_added, those of which it is not known whether the portal holds them either.';
comment on column recon.indicator_cell.digitised is
    'Of provincial, those whose components are digitised: a side says so and none denies it. The province''s word '
    'where it gives one, and the portal''s.';
comment on column recon.indicator_cell.digitised_unsaid is
    'Of provincial, those of which neither side says whether components are digitised.';
comment on column recon.indicator_cell.digitised_disputed is
    'Of provincial, those that one side calls digitised and the other not.';
comment on column recon.indicator_cell.with_result is
    'Of provincial, those whose handling ended with a result: status 9 or 10 by the province''s word.';
comment on column recon.indicator_cell.result_unknown is 'Of provincial, those whose status is not known.';
comment on column recon.indicator_cell.with_result_digitised is 'Of with_result, those that are digitised.';
comment on column recon.indicator_cell.with_result_undecided is 'Of with_result, those that are unsaid or disputed.';
comment on column recon.indicator_cell.paid_online is
    'Of provincial, those paid online, through the national portal or the provincial gateway: a side says so and '
    'none denies it.';
comment on column recon.indicator_cell.payment_unsaid is
    'Of provincial, those of which neither side says how they were paid.';
comment on column recon.indicator_cell.payment_disputed is
    'Of provincial, those that one side calls paid online and the other not.';
comment on column recon.indicator_cell.payment_asked is
    'Of provincial, those of status 6 (fee required) that a side calls not paid online and none paid online.';
comment on column recon.indicator_cell.accepted_timed is
    'Of provincial, those submitted online with a plausible time from submission to receipt, by the province''s '
    'clock.';
comment on column recon.indicator_cell.acceptance_seconds is
    'Seconds from submission to receipt of accepted_timed, summed.';
comment on column recon.indicator_cell.accepted_in_8_hours is
    'Of accepted_timed, those received within eight hours by the clock, the boundary included.';
comment on column recon.indicator_cell.acceptance_unknown is
    'Of provincial, those submitted online and received of which the time cannot be told: no moment of submission, '
    'or one of both moments is a day only.';
comment on column recon.indicator_cell.acceptance_implausible is
    'Of provincial, those submitted online and received before they were submitted: in no sum.';
comment on column recon.indicator_cell.resolved_early is
    'Dossiers with a result that ended in this month before the day on which they were due; by moments, less the '
    'time in which supplements were awaited.';
comment on column recon.indicator_cell.resolved_on_time is
    'Dossiers with a result that ended in this month on the day on which they were due, and in time; by moments.';
comment on column recon.indicator_cell.resolved_overdue is
    'Dossiers with a result that ended in this month after they were due, or for which supplements were asked for '
    'more than once; by moments.';
comment on column recon.indicator_cell.resolved_undecided is
    'Dossiers with a result that ended in this month of which the evidence does not tell whether in time; by '
    'moments.';
comment on column recon.indicator_cell.resolved_early_by_date is
    'Dossiers with a result that ended in this month on a day before the due date; calendar dates compared.';
comment on column recon.indicator_cell.resolved_on_time_by_date is
    'Dossiers with a result that ended in this month on the due date; calendar dates compared.';
comment on column recon.indicator_cell.resolved_overdue_by_date is
    'Dossiers with a result that ended in this month on a day after the due date; calendar dates compared.';
comment on column recon.indicator_cell.resolved_undecided_by_date is
    'Dossiers with a result that ended in this month and of which no due date, or no day of the end, is known; '
    'calendar dates compared.';
comment on column recon.indicator_cell.pending_in_time is
    'Dossiers of this receipt month that are open on the night and not yet due; by moments, less the time in which '
    'supplements were awaited.';
comment on column recon.indicator_cell.pending_overdue is
    'Dossiers of this receipt month that are open on the night and overdue, or for which supplements were asked for '
    'more than once; by moments.';
comment on column recon.indicator_cell.pending_undecided is
    'Dossiers of this receipt month that are open on the night and of which the evidence does not tell whether in '
    'time; by moments.';
comment on column recon.indicator_cell.pending_in_time_by_date is
    'Dossiers of this receipt month that are open on the night and whose due date has not passed; calendar dates '
    'compared.';
comment on column recon.indicator_cell.pending_overdue_by_date is
    'Dossiers of this receipt month that are open on the night and whose due date has passed; calendar dates '
    'compared.';
comment on column recon.indicator_cell.pending_undecided_by_date is
    'Dossiers of this receipt month that are open on the night and of which no due date is known.';
comment on column recon.indicator_cell.pending_awaiting is
    'Of the dossiers that are open on the night, those that await a supplement (status 5).';
comment on column recon.indicator_cell.ended_without_result is
    'Dossiers that ended in this month refused, withdrawn or stopped.';
comment on column recon.indicator_cell.ended_undated is
    'Dossiers of this receipt month that ended, with a result or without; on what day no source states.';

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
comment on table recon.rate is
    'What the indicators come to: between a least and a most, which are one where the evidence is complete. Grain: '
    'indicator, period, agency with all below it, range of nights.';
comment on column recon.rate.indicator is 'Which formula (core.indicator).';
comment on column recon.rate.period_kind is 'month, quarter, year, or all months.';
comment on column recon.rate.period_start is 'First day of the period; -infinity for all months.';
comment on column recon.rate.agency_id is
    'The agency, with all below it; empty for the whole, unknown agencies among it.';
comment on column recon.rate.from_night is 'First night on which it came to this.';
comment on column recon.rate.to_night is 'First night on which it no longer did; infinity while it does.';
comment on column recon.rate.numerator_least is 'What surely counts.';
comment on column recon.rate.numerator_most is 'What counts if all that is undecided does.';
comment on column recon.rate.denominator_least is 'Of how many, at least; null where no source states it.';
comment on column recon.rate.denominator_most is 'Of how many, at most.';
comment on column recon.rate.ratio_least is 'The ratio in [0, 1], at least; null where there is nothing to divide by.';
comment on column recon.rate.ratio_most is 'The ratio in [0, 1], at most.';
comment on column recon.rate.denominator_basis is
    'Of a denominator that rests on what was reported: reported, sum_of_months, last_year_prorated, portal (less '
    'was reported than the portal holds) or unknown (what was reported did not come to us); else counted.';
