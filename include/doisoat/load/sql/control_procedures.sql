-- Two procedures whose counts of one month are known and differ, the largest ones: of the month that is wanted most,
-- else of another.
select
    month,
    procedure_ref,
    procedure_code
from (
    select
        *,
        count(*) over (partition by month) as in_month
    from (
        select distinct on (receipt_month, value)
            receipt_month as month,
            procedure_ref,
            procedure_code,
            value
        from (
            select distinct on (receipt_month, procedure_ref) *
            from core.procedure_answer
            where source_id = %(source_id)s and measure = %(measure)s and night < %(night)s
            order by receipt_month, procedure_ref, night desc
        ) answered
        where state = 'known' and value > 0
        order by receipt_month, value, procedure_ref
    ) differing
) known
where in_month > 1
order by month = %(month)s desc, month desc, value desc
limit 2
