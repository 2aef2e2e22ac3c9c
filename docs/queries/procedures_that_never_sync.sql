-- Which procedures does the portal hold no dossier of, although the province has some?
select
    p.procedure_code,
    p.name,
    sum(f.provincial) as provincial_dossiers,
    min(f.receipt_month) as first_month,
    max(f.receipt_month) as last_month
from mart.fact_indicator f join mart.dim_procedure p using (procedure_family)
where f.is_latest and f.source_id = ''
group by 1, 2
having sum(f.provincial) > 0 and sum(f.synced + f.synced_undecided + f.synced_through) = 0
order by 3 desc, 1;
