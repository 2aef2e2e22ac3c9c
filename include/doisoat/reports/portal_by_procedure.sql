-- The portal's counts by unit, procedure and month beside ours, the largest differences first; where the portal's is
-- not known, why. As known on a night, of one month, unit or procedure or of all.
select
    b.receipt_month,
    b.agency_id as unit,
    b.procedure_family,
    p.name as procedure,
    b.portal,
    b.ours,
    b.difference,
    b.state,
    b.asked_on,
    b.source_id as source
from mart.portal_by_procedure b
left join (
    select
        procedure_family,
        min(name) as name
    from core.procedure group by 1
) p using (procedure_family)
where b.night = %(night)s
    and b.receipt_month = %(month)s
    and (%(agency)s::text is null or b.agency_id = %(agency)s)
    and (%(procedure)s::text is null or b.procedure_family = core.procedure_family(%(procedure)s))
order by
    b.difference is null,
    abs(b.difference) desc,
    b.ours desc,
    b.agency_id,
    b.procedure_family
