-- The repairs that count in a period, of an agency and all below it in the month, each with its group; stands in other
-- statements as a part.
select
    %(kind)s as period_kind,
    coalesce(%(start)s::date, '-infinity') as period_start,
    coalesce(%(agency)s, '') as agency_id,
    label_value as label,
    1 as repairs,
    e.gap_id as gap_key,
    e.mend,
    e.provincial,
    e.synced,
    e.synced_through,
    e.status_in_step,
    e.portal,
    e.portal_rows,
    e.added,
    e.added_on_portal,
    e.maybe_added_on_portal
from mart.repair_effect e
where e.night = %(night)s and e.receipt_month >= %(first)s and e.receipt_month < %(before)s
    and (%(ticked)s::text[] is null or group_value = any(%(ticked)s))
    and (%(agency)s::text is null or exists (
        select from mart.agency_subtree s
        where s.ancestor_id = %(agency)s and s.agency_id = e.agency_id
            and s.from_month <= e.receipt_month and e.receipt_month < s.to_month
    ))
