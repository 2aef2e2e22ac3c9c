-- Digitisation, online payment and the time from online submission to acceptance, as the notice 204/TB-UBND names them; and
-- from which ratio on an indicator gives all its points (766/QĐ-TTg: 3.3 from 50 %, 4.3 from 80 %). Null on nights of before they
-- were counted.
alter table recon.indicator_cell
    add column digitised bigint,
    add column digitised_unsaid bigint,
    add column digitised_disputed bigint,
    add column with_result bigint,
    add column result_unknown bigint,
    add column with_result_digitised bigint,
    add column with_result_undecided bigint,
    add column paid_online bigint,
    add column payment_unsaid bigint,
    add column payment_disputed bigint,
    add column payment_asked bigint,
    add column accepted_timed bigint,
    add column acceptance_seconds bigint,
    add column accepted_in_8_hours bigint,
    add column acceptance_unknown bigint,
    add column acceptance_implausible bigint;
alter table archive.indicator_cell
    add column digitised bigint,
    add column digitised_unsaid bigint,
    add column digitised_disputed bigint,
    add column with_result bigint,
    add column result_unknown bigint,
    add column with_result_digitised bigint,
    add column with_result_undecided bigint,
    add column paid_online bigint,
    add column payment_unsaid bigint,
    add column payment_disputed bigint,
    add column payment_asked bigint,
    add column accepted_timed bigint,
    add column acceptance_seconds bigint,
    add column accepted_in_8_hours bigint,
    add column acceptance_unknown bigint,
    add column acceptance_implausible bigint;
comment on column recon.indicator_cell.digitised is 'Of provincial, those whose components are digitised: a side says so and none denies it. The province''s word where it gives one, and the portal''s.';
comment on column recon.indicator_cell.digitised_unsaid is 'Of provincial, those of which neither side says whether components are digitised.';
comment on column recon.indicator_cell.digitised_disputed is 'Of provincial, those that one side calls digitised and the other not.';
comment on column recon.indicator_cell.with_result is 'Of provincial, those whose handling ended with a result: status 9 or 10 by the province''s word.';
comment on column recon.indicator_cell.result_unknown is 'Of provincial, those whose status is not known.';
comment on column recon.indicator_cell.with_result_digitised is 'Of with_result, those that are digitised.';
comment on column recon.indicator_cell.with_result_undecided is 'Of with_result, those that are unsaid or disputed.';
comment on column recon.indicator_cell.paid_online is 'Of provincial, those paid online, through the national portal or the provincial gateway: a side says so and none denies it.';
comment on column recon.indicator_cell.payment_unsaid is 'Of provincial, those of which neither side says how they were paid.';
comment on column recon.indicator_cell.payment_disputed is 'Of provincial, those that one side calls paid online and the other not.';
comment on column recon.indicator_cell.payment_asked is 'Of provincial, those of status 6 (fee required) that a side calls not paid online and none paid online.';
comment on column recon.indicator_cell.accepted_timed is 'Of provincial, those submitted online with a plausible time from submission to receipt, by the province''s clock.';
comment on column recon.indicator_cell.acceptance_seconds is 'Seconds from submission to receipt of accepted_timed, summed.';
comment on column recon.indicator_cell.accepted_in_8_hours is 'Of accepted_timed, those received within eight hours by the clock, the boundary included.';
comment on column recon.indicator_cell.acceptance_unknown is 'Of provincial, those submitted online and received of which the time cannot be told: no moment of submission, or one of both moments is a day only.';
comment on column recon.indicator_cell.acceptance_implausible is 'Of provincial, those submitted online and received before they were submitted: in no sum.';
comment on column archive.indicator_cell.digitised is 'Of provincial, those whose components are digitised: a side says so and none denies it. The province''s word where it gives one, and the portal''s.';
comment on column archive.indicator_cell.digitised_unsaid is 'Of provincial, those of which neither side says whether components are digitised.';
comment on column archive.indicator_cell.digitised_disputed is 'Of provincial, those that one side calls digitised and the other not.';
comment on column archive.indicator_cell.with_result is 'Of provincial, those whose handling ended with a result: status 9 or 10 by the province''s word.';
comment on column archive.indicator_cell.result_unknown is 'Of provincial, those whose status is not known.';
comment on column archive.indicator_cell.with_result_digitised is 'Of with_result, those that are digitised.';
comment on column archive.indicator_cell.with_result_undecided is 'Of with_result, those that are unsaid or disputed.';
comment on column archive.indicator_cell.paid_online is 'Of provincial, those paid online, through the national portal or the provincial gateway: a side says so and none denies it.';
comment on column archive.indicator_cell.payment_unsaid is 'Of provincial, those of which neither side says how they were paid.';
comment on column archive.indicator_cell.payment_disputed is 'Of provincial, those that one side calls paid online and the other not.';
comment on column archive.indicator_cell.payment_asked is 'Of provincial, those of status 6 (fee required) that a side calls not paid online and none paid online.';
comment on column archive.indicator_cell.accepted_timed is 'Of provincial, those submitted online with a plausible time from submission to receipt, by the province''s clock.';
comment on column archive.indicator_cell.acceptance_seconds is 'Seconds from submission to receipt of accepted_timed, summed.';
comment on column archive.indicator_cell.accepted_in_8_hours is 'Of accepted_timed, those received within eight hours by the clock, the boundary included.';
comment on column archive.indicator_cell.acceptance_unknown is 'Of provincial, those submitted online and received of which the time cannot be told: no moment of submission, or one of both moments is a day only.';
comment on column archive.indicator_cell.acceptance_implausible is 'Of provincial, those submitted online and received before they were submitted: in no sum.';
alter table core.indicator add column full_at numeric(5, 4) not null default 1 check (full_at > 0 and full_at <= 1);
comment on column core.indicator.full_at is 'From which ratio on all points are given; below it, in proportion.';
comment on table archive.indicator_cell is 'Rows of earlier revisions, with the columns of recon.indicator_cell.';
comment on column archive.indicator_cell.archive_id is 'The generation: ops.publication says which revisions of which nights are in it.';
comment on table archive.rate is 'Rows of earlier revisions, with the columns of recon.rate.';
comment on column archive.rate.archive_id is 'The generation: ops.publication says which revisions of which nights are in it.';

create function recon.points(ratio numeric, points numeric, full_at numeric) returns numeric
language sql immutable parallel safe
return case when ratio is not null then points * least(1, ratio / full_at) end;
comment on function recon.points is 'What a ratio gives of the most points: all from full_at on, below it in proportion; null where the ratio is not known.';
