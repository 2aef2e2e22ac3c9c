-- The counts for digitisation, online payment and time to acceptance, in the province's own cells. A flag comes from
-- both sides: if one is silent the other's value counts; if they contradict each other, or the portal's rows of one
-- dossier do, it is disputed. Times are only the province's: an interval between two systems' clocks is meaningless. A
-- time at exactly midnight is a date without a time.
create temporary table service_counts on commit drop as
with repeated as (
    select
        n.dossier_id,
        count(distinct n.has_digitised_parts) > 1 as is_digitised_disputed,
        count(distinct n.online_payment <> 'none') > 1 as is_paid_disputed
    from core.dossier_record n
    where n.source_id = any(%(national_sources)s) and n.to_night = 'infinity' and n.duplicate_rank > 0
        and n.dossier_id in (
            select dossier_id from core.dossier_record
            where source_id = any(%(national_sources)s) and to_night = 'infinity' and duplicate_rank > 1
        )
    group by 1
),
national as (
    select
        dossier_id,
        has_digitised_parts as is_digitised,
        online_payment <> 'none' as is_paid
    from core.dossier_record
    where source_id = any(%(national_sources)s) and to_night = 'infinity' and duplicate_rank = 1
),
provincial as (
    select
        p.agency_id,
        p.procedure_family,
        coalesce(p.channel, 'unknown') as channel,
        coalesce(p.receipt_month, 'infinity') as cell_month,
        p.status,
        p.status in ('9', '10') as has_result,
        coalesce(p.has_digitised_parts, n.is_digitised) as is_digitised,
        coalesce(d.is_digitised_disputed, false)
        or p.has_digitised_parts <> n.is_digitised is true as is_digitised_disputed,
        coalesce(p.online_payment <> 'none', n.is_paid) as is_paid,
        coalesce(d.is_paid_disputed, false) or (p.online_payment <> 'none') <> n.is_paid is true as is_paid_disputed,
        p.channel = 'online' and p.receipt_month is not null as is_accepted_online,
        p.received_at - p.submitted_at as took,
        p.submitted_at,
        p.received_at
    from core.dossier_record p
    left join national n using (dossier_id)
    left join repeated d using (dossier_id)
    where p.source_id = any(%(provincial_sources)s) and p.to_night = 'infinity' and p.duplicate_rank = 1
        and (%(first_day)s::date is null or p.receipt_date between %(first_day)s and %(last_day)s)
),
timed as (
    select
        *,
        case when is_accepted_online then case
                    when submitted_at is null then 'unknown'
                    when
                        (received_at at time zone %(timezone)s)::date < (submitted_at at time zone %(timezone)s)::date
                        then 'implausible'
                    when '00:00' in (
                            (submitted_at at time zone %(timezone)s)::time,
                            (received_at at time zone %(timezone)s)::time
                        )
                        then 'unknown'
                    when took < interval '0' then 'implausible'
                    else 'timed'
                end
        end as span
    from provincial
)
select
    '' as source_id,
    agency_id,
    procedure_family,
    channel,
    cell_month,
    count(*) filter (where is_digitised and not is_digitised_disputed) as digitised,
    count(*) filter (where is_digitised is null) as digitised_unsaid,
    count(*) filter (where is_digitised_disputed) as digitised_disputed,
    count(*) filter (where has_result) as with_result,
    count(*) filter (where status is null) as result_unknown,
    count(*) filter (where has_result and is_digitised and not is_digitised_disputed) as with_result_digitised,
    count(*) filter (where has_result and (is_digitised is null or is_digitised_disputed)) as with_result_undecided,
    count(*) filter (where is_paid and not is_paid_disputed) as paid_online,
    count(*) filter (where is_paid is null) as payment_unsaid,
    count(*) filter (where is_paid_disputed) as payment_disputed,
    count(*) filter (where status = '6' and not is_paid and not is_paid_disputed) as payment_asked,
    count(*) filter (where span = 'timed') as accepted_timed,
    coalesce(extract(epoch from sum(took) filter (where span = 'timed')), 0)::bigint as acceptance_seconds,
    count(*) filter (where span = 'timed' and took <= interval '8 hours') as accepted_in_8_hours,
    count(*) filter (where span = 'unknown') as acceptance_unknown,
    count(*) filter (where span = 'implausible') as acceptance_implausible
from timed
group by 2, 3, 4, 5;
analyze service_counts;
