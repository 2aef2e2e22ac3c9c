-- Form II.06a for the days from first_day to last_day, one row per field, per level and for the whole, from `progress`:
-- the state of each dossier at the end of the last day. For an agency with all below it in the month of receipt, or for
-- all: a dossier stays with the unit it was received for, even if its agency has moved since, so that every row adds
-- up. On the form a dossier is carried over, received, ended or pending; what ended on an unknown date is in no period.
with told as (
    select
        p.*,
        case when %(by_date)s then standing_by_date else p.standing end as stands,
        a.level as agency_level,
        f.field_code,
        f.field_name,
        p.receipt_date >= %(first_day)s as is_received,
        ended_on >= %(first_day)s as ends_in_period,
        outcome = 'resolved' or %(with_returned)s and outcome = 'without_result' as is_resolved,
        %(with_returned)s and (outcome = 'without_result' or outcome = 'pending' and awaits) as is_excused
    from progress p
    left join mart.dim_agency a using (agency_id)
    left join mart.dim_procedure f using (procedure_family)
    left join core.subtree(%(agency_id)s) s
        on s.agency_id = p.agency_id
        and s.from_month <= date_trunc('month', p.receipt_date)::date
        and date_trunc('month', p.receipt_date)::date < s.to_month
    where p.receipt_date <= %(last_day)s and (%(agency_id)s::text is null or s.agency_id is not null)
),
placed as (
    select
        *,
        case
            when agency_level in ('province', 'department') then 'province' else coalesce(agency_level, 'unknown')
        end as level
    from told
)
select
    case when grouping(level) = 1 then 'total' when grouping(field_code) = 1 then 'level' else 'field' end as row_kind,
    level,
    field_code,
    field_name,
    count(*) filter (where is_received or outcome = 'pending' or ends_in_period) as received_and_carried_over,
    count(*) filter (where is_received and channel = 'online') as received_online,
    count(*) filter (where is_received and channel in ('direct', 'post')) as received_direct_or_post,
    count(*) filter (where is_received and channel = 'unknown') as received_channel_unknown,
    count(*) filter (where not is_received and (outcome = 'pending' or ends_in_period)) as carried_over,
    count(*) filter (where is_resolved and ends_in_period) as resolved,
    count(*) filter (where is_resolved and ends_in_period and stands = 'early') as resolved_early,
    count(*) filter (where is_resolved and ends_in_period and (stands = 'on_time' or is_excused)) as resolved_on_time,
    count(*) filter (where is_resolved and ends_in_period and stands = 'overdue') as resolved_overdue,
    count(*) filter (where is_resolved and ends_in_period and stands = 'undecided') as resolved_undecided,
    count(*) filter (where outcome = 'pending') as pending,
    count(*) filter (where outcome = 'pending' and (stands = 'in_time' or is_excused)) as pending_in_time,
    count(*) filter (where outcome = 'pending' and stands = 'overdue' and not is_excused) as pending_overdue,
    count(*) filter (where outcome = 'pending' and stands = 'undecided' and not is_excused) as pending_undecided,
    count(*) filter (where not is_resolved and ends_in_period) as ended_without_result,
    count(*) filter (where is_received and outcome <> 'pending' and ended_on is null) as ended_undated
from placed
group by grouping sets ((level, field_code, field_name), (level), ())
having grouping(level) = 1 or count(*) filter (where is_received or outcome = 'pending' or ends_in_period) > 0
order by
    grouping(level), case level when 'province' then 1 when 'district' then 2 when 'commune' then 3 else 4 end,
    grouping(field_code) desc, field_name nulls last, field_code
