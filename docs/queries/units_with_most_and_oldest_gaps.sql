-- Which units have the most gaps to act on, and how long has the oldest dossier waited?
select
    owner_name as unit,
    count(*) as gaps,
    count(distinct dossier_id) as dossiers,
    count(*) filter (where state = 'open') as still_open,
    max(days_since_receipt) as oldest_days_since_receipt,
    max(days_since_opened) as oldest_days_since_opened
from mart.gap
where is_latest
group by owner_id, owner_name
order by gaps desc, oldest_days_since_receipt desc, owner_id;
