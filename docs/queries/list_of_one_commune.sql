-- What has one commune to do? Write its id (mart.dim_agency) in place of this one.
select
    provincial_codes,
    national_codes,
    kind,
    cause_label,
    action,
    receipt_date,
    days_since_receipt,
    state
from mart.gap
where is_latest and owner_id = 'H37.21.01'
order by days_since_receipt desc nulls last, gap_id;
