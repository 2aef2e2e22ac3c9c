create view mart.acceptance_time as
with unit as materialized (
    select
        ancestor_id,
        agency_id,
        from_month,
        to_month
    from mart.agency_subtree
    union all
    select
        null,
        agency_id,
        '-infinity',
        'infinity'
    from (
        select agency_id from archive.any_agency
        union
        select 'unknown'
    ) every
)
select
    f.night,
    f.is_latest,
    p.period_kind,
    p.period_start,
    u.ancestor_id as agency_id,
    coalesce(d.level, 'unknown') as level,
    sum(f.provincial)::bigint as online,
    sum(f.accepted_timed)::bigint as accepted_timed,
    sum(f.acceptance_seconds)::bigint as acceptance_seconds,
    round(sum(f.acceptance_seconds) / nullif(sum(f.accepted_timed), 0) / 3600, 2) as mean_hours,
    sum(f.accepted_in_8_hours)::bigint as accepted_in_8_hours,
    round(sum(f.accepted_in_8_hours) / nullif(sum(f.accepted_timed), 0), 6) as share_in_8_hours,
    sum(f.acceptance_unknown)::bigint as acceptance_unknown,
    sum(f.acceptance_implausible)::bigint as acceptance_implausible
from mart.fact_indicator f
left join mart.dim_agency d using (agency_id)
join unit u on u.agency_id = f.agency_id and u.from_month <= f.receipt_month and f.receipt_month < u.to_month
cross join
    lateral (
        values ('month', f.receipt_month), ('quarter', date_trunc('quarter', f.receipt_month)::date),
        ('year', date_trunc('year', f.receipt_month)::date), ('all', null)
    ) p (period_kind, period_start)
where f.source_id = '' and f.channel = 'online' and f.receipt_month is not null and f.provincial > 0
group by 1, 2, 3, 4, 5, 6;
comment on view mart.acceptance_time is 'From online submission to receipt, by the province''s clock. The mean of several rows is the sum of seconds divided by the sum of dossiers, never a mean of means. Grain: night, period, agency with all below it, level of the agency that received.';
comment on column mart.acceptance_time.night is 'The published night.';
comment on column mart.acceptance_time.is_latest is 'True for the night to read by default.';
comment on column mart.acceptance_time.period_kind is 'month, quarter, year, or all months.';
comment on column mart.acceptance_time.period_start is 'First day of the period of receipt; null for all months.';
comment on column mart.acceptance_time.agency_id is 'The agency, with all below it in the month of receipt (mart.agency_subtree); null for the whole province, including unknown agencies.';
comment on column mart.acceptance_time.level is 'Level of the receiving agency: province, department, district, commune or unknown.';
comment on column mart.acceptance_time.online is 'Dossiers submitted online and received: the sum of timed, unknown and implausible.';
comment on column mart.acceptance_time.accepted_timed is 'Of online, those with a plausible time.';
comment on column mart.acceptance_time.acceptance_seconds is 'The sum of their seconds.';
comment on column mart.acceptance_time.mean_hours is 'Their mean in clock hours; null if there are none.';
comment on column mart.acceptance_time.accepted_in_8_hours is 'Of accepted_timed, those within eight clock hours.';
comment on column mart.acceptance_time.share_in_8_hours is 'The same as a share of accepted_timed; mart.rate (accepted_in_8_hours) gives bounds for all online dossiers.';
comment on column mart.acceptance_time.acceptance_unknown is 'Of online, those whose time is not known: no time of submission, or a date without a time of day.';
comment on column mart.acceptance_time.acceptance_implausible is 'Of online, those received before they were submitted.';
