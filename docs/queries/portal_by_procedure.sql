-- In which units and procedures the portal counts other than the province, by month; and in how many cells of the month
-- that is not known yet.
select
    p.receipt_month,
    p.agency_id,
    p.procedure_family,
    p.portal,
    p.ours,
    p.difference,
    count(*) filter (where p.state <> 'known') over (partition by p.receipt_month) as cells_not_known
from mart.portal_by_procedure p
where p.is_latest
order by p.receipt_month, p.difference is null, abs(p.difference) desc, p.agency_id, p.procedure_family;
