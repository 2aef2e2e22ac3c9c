create table recon.outlook (
    night date not null,
    source_id text not null,
    group_code text not null,
    measure text not null,
    period_kind text not null check (period_kind in ('month', 'quarter', 'year')),
    period_start date not null,
    points numeric,
    full_at numeric not null default 1,
    whole numeric,
    counted_least numeric,
    counted_most numeric,
    whole_if_repaired numeric,
    counted_if_repaired_least numeric,
    counted_if_repaired_most numeric,
    repaired_so_far bigint not null default 0,
    end_least numeric,
    end_most numeric,
    end_if_repaired_least numeric,
    end_if_repaired_most numeric,
    earlier_months integer,
    tested integer,
    held integer,
    why_not text check (why_not in (
        'nothing_counted', 'too_few_months', 'no_formula', 'not_additive', 'part_unknown', 'not_published'
    )),
    primary key (night, source_id, group_code, measure, period_kind)
);
comment on table recon.outlook is
    'What each measure of the running month, quarter and year came to on a published night, and where it will end '
    '(docs/adr/0034-where-a-period-ends.md). Later nights are foreseen from it. Grain: night, source, group, measure, '
    'kind of period.';
comment on column recon.outlook.night is 'The night.';
comment on column recon.outlook.source_id is 'Empty: ours; else the source that publishes it.';
comment on column recon.outlook.group_code is
    'Of what is published: the group of decision 766, or total: all six. Empty: ours.';
comment on column recon.outlook.measure is
    'The indicator; of what is published the metric''s own code, empty for the group as a whole.';
comment on column recon.outlook.period_kind is 'month, quarter or year: the one in which the night lies.';
comment on column recon.outlook.period_start is 'First day of the period.';
comment on column recon.outlook.points is 'The points that it can give; null if it gives none by itself.';
comment on column recon.outlook.full_at is 'The ratio from which it gives all of them.';
comment on column recon.outlook.whole is
    'Its denominator so far, at most; of an indicator whose denominator is reported later, what the province would '
    'report.';
comment on column recon.outlook.counted_least is 'What of it counts so far: its least ratio times the denominator.';
comment on column recon.outlook.counted_most is 'The same for its most ratio.';
comment on column recon.outlook.whole_if_repaired is 'Its denominator, were everything repaired that is listed.';
comment on column recon.outlook.counted_if_repaired_least is 'What would then count, at least.';
comment on column recon.outlook.counted_if_repaired_most is 'What would then count, at most.';
comment on column recon.outlook.repaired_so_far is
    'How many dossiers of the period count because gaps were repaired, since the first night that kept this.';
comment on column recon.outlook.end_least is 'The ratio at the end of the period if nothing is repaired, at least.';
comment on column recon.outlook.end_most is 'The same, at most.';
comment on column recon.outlook.end_if_repaired_least is
    'The ratio at the end if what is listed is repaired, at least.';
comment on column recon.outlook.end_if_repaired_most is 'The same, at most.';
comment on column recon.outlook.earlier_months is 'From how many earlier months it was foreseen.';
comment on column recon.outlook.tested is
    'Of how many earlier periods the same was foreseen on the same day and is known now.';
comment on column recon.outlook.held is 'In how many of them the range held.';
comment on column recon.outlook.why_not is
    'Why nothing is foreseen: nothing_counted (nothing to divide by yet), too_few_months (too few nights of earlier '
    'months), no_formula (how its points follow from counts is not known), not_additive (it does not add up from '
    'days), part_unknown (a part of it is not foreseen) or not_published (the portal publishes the period after its '
    'last day); null if something is.';
create table archive.outlook (archive_id integer not null, like recon.outlook including comments);
create index on archive.outlook (archive_id);
