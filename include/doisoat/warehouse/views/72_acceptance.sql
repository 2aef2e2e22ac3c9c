create view mart_history.acceptance_time as
select
    night,
    revision,
    is_standing,
    is_latest,
    agency_id,
    procedure_family,
    receipt_month,
    sum(provincial)::bigint as online,
    sum(accepted_timed)::bigint as accepted_timed,
    sum(acceptance_seconds)::bigint as acceptance_seconds,
    round(sum(acceptance_seconds) / nullif(sum(accepted_timed), 0) / 3600, 2) as mean_hours,
    sum(accepted_in_8_hours)::bigint as accepted_in_8_hours,
    round(sum(accepted_in_8_hours) / nullif(sum(accepted_timed), 0), 6) as share_in_8_hours,
    sum(acceptance_unknown)::bigint as acceptance_unknown,
    sum(acceptance_implausible)::bigint as acceptance_implausible
from mart_history.fact_indicator
where source_id = '' and channel = 'online' and receipt_month is not null and provincial > 0
group by 1, 2, 3, 4, 5, 6, 7;

call pg_temp.show_standing('acceptance_time');
comment on view mart.acceptance_time is 'From online submission to receipt, by the province''s clock. All but mean and share are sums; the mean of several rows is the sum of seconds divided by the sum of timed dossiers, never a mean of means. Grain: night, agency, procedure family, receipt month.';
comment on column mart.acceptance_time.night is 'The published night.';
comment on column mart.acceptance_time.is_latest is 'True for the night to read by default.';
comment on column mart.acceptance_time.agency_id is 'The agency that received, or unknown; with all below it: join mart.agency_subtree.';
comment on column mart.acceptance_time.procedure_family is 'The procedure family, or unknown.';
comment on column mart.acceptance_time.receipt_month is 'First day of the receipt month.';
comment on column mart.acceptance_time.online is 'Dossiers submitted online and received: the sum of timed, unknown and implausible.';
comment on column mart.acceptance_time.accepted_timed is 'Of online, those with a plausible time.';
comment on column mart.acceptance_time.acceptance_seconds is 'The sum of their seconds.';
comment on column mart.acceptance_time.mean_hours is 'Their mean in clock hours; null if there are none.';
comment on column mart.acceptance_time.accepted_in_8_hours is 'Of accepted_timed, those within eight clock hours.';
comment on column mart.acceptance_time.share_in_8_hours is 'The same as a share of accepted_timed; mart.rate_month (accepted_in_8_hours) gives bounds for all online dossiers.';
comment on column mart.acceptance_time.acceptance_unknown is 'Of online, those whose time is not known: no time of submission, or a date without a time of day.';
comment on column mart.acceptance_time.acceptance_implausible is 'Of online, those received before they were submitted.';
