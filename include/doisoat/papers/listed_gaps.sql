-- The gaps of `listed` (reports/gaps.sql) by who has to act on them and what has to be done.
select l.*
from listed l
left join (
    select
        action,
        min(place) as place
    from core.cause_rule group by action
) todo using (action)
order by coalesce(l.owner_id, 'unknown'), todo.place, l.cause, l.agency_id, l.receipt_date, l.dossier_id, l.pair, l.kind
