-- What repairs change, and what they gain (docs/rates.md, The gain from repairs).
create view mart_history.repair_effect as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    r.pair || ' | ' || r.dossier_id || ' | ' || r.kind || ' | ' || r.detail as gap_id,
    r.pair,
    r.dossier_id,
    r.kind,
    r.detail,
    r.sign,
    r.cause,
    r.effect,
    r.mend,
    r.source_id,
    r.agency_id,
    r.procedure_family,
    nullif(r.cell_month, 'infinity') as receipt_month,
    r.provincial,
    r.synced,
    r.synced_through,
    r.status_in_step,
    r.portal,
    r.portal_rows,
    r.added,
    r.added_on_portal,
    r.maybe_added_on_portal
from mart.night_revision n
join archive.any_repair r on r.archive_id = n.archive_id and r.from_night <= n.night and n.night < r.to_night;

call pg_temp.show_standing('repair_effect');
comment on view mart.repair_effect is 'What the repair of a gap adds to the counts of mart.rate_sum. A moved dossier has two rows, one for each cell; of rows with the same mend one counts. Grain: night, pair, dossier, kind, detail, sign.';
comment on column mart.repair_effect.night is 'The published night.';
comment on column mart.repair_effect.is_latest is 'True for the night to read by default.';
comment on column mart.repair_effect.gap_id is 'The key of the gap, as in mart.gap; of a moved dossier, whose gaps are those of its attributes, no gap has it.';
comment on column mart.repair_effect.receipt_month is 'First day of the month of the cell; null without a receipt date, in no period.';

create view mart_history.rate_sum as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    r.period_kind,
    nullif(r.period_start, '-infinity') as period_start,
    nullif(r.agency_id, '') as agency_id,
    r.provincial,
    r.synced,
    r.synced_undecided,
    r.synced_through,
    r.maybe_repeated,
    r.maybe_repeated_synced,
    r.maybe_repeated_unsynced,
    r.status_in_step,
    r.status_undecided,
    r.portal,
    r.portal_rows,
    r.added,
    r.added_on_portal,
    r.added_portal_undecided,
    r.maybe_added,
    r.maybe_added_on_portal,
    r.maybe_added_portal_undecided,
    r.online,
    r.channel_unknown,
    r.reported,
    r.reported_basis
from mart.night_revision n
join archive.any_rate_sum r on r.archive_id = n.archive_id and r.from_night <= n.night and n.night < r.to_night;

call pg_temp.show_standing('rate_sum');
comment on view mart.rate_sum is 'The sums that the sync rates of a period are computed from; with the rows of mart.repair_effect added, what repairs would make of them. Each agency includes all below it, so rows of agencies do not add up. Grain: night, period, agency with all below it.';
comment on column mart.rate_sum.night is 'The published night.';
comment on column mart.rate_sum.is_latest is 'True for the night to read by default.';
comment on column mart.rate_sum.period_kind is 'month, quarter, year, or all (every month).';
comment on column mart.rate_sum.period_start is 'First day of the period; null for every month together.';
comment on column mart.rate_sum.agency_id is 'The agency, with all below it in the month (mart.agency_subtree); null for the whole province, including unknown agencies.';

create view mart_history.repair_gain as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    r.period_kind,
    nullif(r.period_start, '-infinity') as period_start,
    nullif(r.agency_id, '') as agency_id,
    r.cause,
    r.indicator,
    r.place,
    r.to_repair,
    r.ratio_now,
    r.ratio_if_repaired,
    r.ratio_with_all_before,
    r.points_now,
    r.points,
    r.points_with_all_before,
    r.share_of_3_3,
    r.denominator_basis
from mart.night_revision n
join archive.any_repair_gain r on r.archive_id = n.archive_id and r.from_night <= n.night and n.night < r.to_night;

call pg_temp.show_standing('repair_gain');
comment on view mart.repair_gain is 'Repair this, gain that: what the sync rate in force becomes if the gaps of a cause are repaired, alone and after all causes before it. Gains alone do not add up; those with all before do. Each agency includes all below it, and its gains are those of its own rate. Grain: night, period, agency with all below it, cause.';
comment on column mart.repair_gain.night is 'The published night.';
comment on column mart.repair_gain.is_latest is 'True for the night to read by default.';
comment on column mart.repair_gain.period_kind is 'month, quarter, year, or all (every month).';
comment on column mart.repair_gain.period_start is 'First day of the period; null for every month together.';
comment on column mart.repair_gain.agency_id is 'Whose gaps and whose rate: the agency, with all below it in the month (mart.agency_subtree); null for the whole province, including unknown agencies.';
comment on column mart.repair_gain.cause is 'Why (mart.dim_cause).';
comment on column mart.repair_gain.indicator is 'The reading of the sync rate that was in force (mart.dim_indicator).';

-- The functions that the rules of rates use, for those who ask what repairs would make of the sums.
create function mart.ratio(part bigint, whole bigint) returns numeric
language sql immutable parallel safe
return recon.ratio(part, whole);
comment on function mart.ratio is 'A part of a whole, never above 1; null where there is no whole.';
create function mart.points(ratio numeric, points numeric, full_at numeric) returns numeric
language sql immutable parallel safe
return recon.points(ratio, points, full_at);
comment on function mart.points is 'What a ratio gives of the most points: all from full_at on, below it in proportion; null where the ratio is not known.';

do $$
declare
    of_column record;
begin
    for of_column in
        select v.oid::regclass as view, a.attname as column, col_description(o.attrelid, o.attnum) as meaning
        from (values ('repair_effect', 'repair'), ('rate_sum', 'rate_sum'), ('repair_gain', 'repair_gain')) as shown (name, of_table)
        join pg_class v on v.relname = shown.name and v.relnamespace = 'mart'::regnamespace
        join pg_attribute a on a.attrelid = v.oid and a.attnum > 0
        join pg_attribute o on o.attrelid = format('recon.%I', shown.of_table)::regclass and o.attname = a.attname
        where col_description(v.oid, a.attnum) is null
    loop
        execute format('comment on column %s.%I is %L', of_column.view, of_column.column, of_column.meaning);
    end loop;
end $$;
