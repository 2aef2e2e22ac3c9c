-- What was answered about single procedures tonight (the temporary tables answer_tonight and unit_tonight), with the
-- family of each, and of each unit the agency that the source's totals of that month resolve it to.
insert into core.procedure_answer (
    source_id, measure, receipt_month, procedure_ref, night, procedure_code, procedure_family, state, value, answered_at
)
select
    %(source_id)s,
    measure,
    receipt_month,
    procedure_ref,
    %(night)s,
    procedure_code,
    core.procedure_family(procedure_code),
    state,
    value,
    answered_at
from answer_tonight;
insert into core.procedure_count (
    source_id, measure, receipt_month, procedure_ref, night, agency_key, agency_id, value
)
with unit as (
    select
        period_start as receipt_month,
        agency_key,
        min(agency_id) as agency_id
    from core.control_total
    where source_id = %(source_id)s and period_kind = 'month' and to_night = 'infinity' and agency_id is not null
    group by 1, 2
    having count(distinct agency_id) = 1
)
select
    %(source_id)s,
    t.measure,
    t.receipt_month,
    t.procedure_ref,
    %(night)s,
    t.agency_key,
    coalesce(min(u.agency_id), 'unknown'),
    case when count(t.value) = count(*) then sum(t.value) end
from unit_tonight t
left join unit u using (receipt_month, agency_key)
group by t.measure, t.receipt_month, t.procedure_ref, t.agency_key;
