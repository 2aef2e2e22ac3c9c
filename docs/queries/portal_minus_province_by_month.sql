-- How many more does the portal show than the province, month by month: declared, in listed rows, in dossiers?
select
    receipt_month,
    difference_declared,
    national_listed_rows,
    provincial_listed_rows,
    difference_listed_rows,
    national_dossiers,
    provincial_dossiers,
    difference_dossiers
from mart.bridge_month
where is_latest
order by receipt_month;
