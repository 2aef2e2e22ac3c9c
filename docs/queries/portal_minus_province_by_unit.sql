-- The same by the unit that acts today; or by agency_id, procedure_family, channel, receipt_month.
select
    a.name as unit,
    sum(h.national_listed_rows) as national_listed_rows,
    sum(h.provincial_listed_rows) as provincial_listed_rows,
    sum(h.national_dossiers) as national_dossiers,
    sum(h.provincial_dossiers) as provincial_dossiers
from mart.fact_holding h join mart.dim_agency a on a.agency_id = h.owner_id
where h.is_latest
group by h.owner_id, a.name
order by sum(h.national_dossiers) - sum(h.provincial_dossiers), h.owner_id;
