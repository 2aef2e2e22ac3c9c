-- How many dossiers of each ministry's system the province and the portal hold, as known on a night, and who ran the
-- system then.
select
    c.source_id,
    o.owner_name,
    case when %(by_month)s then nullif(c.cell_month, 'infinity') end as receipt_month,
    sum(c.ministry_listed) as ministry_listed,
    sum(c.matched_by_code) as matched_by_code,
    sum(c.matched_by_time) as matched_by_time,
    sum(c.counted_in_group) as counted_in_group,
    sum(c.undetermined) as undetermined,
    sum(c.ministry_only) as ministry_only,
    sum(c.pending) as pending,
    sum(c.on_portal) as on_portal,
    sum(c.portal_undetermined) as portal_undetermined,
    m.as_of
from archive.any_ministry_cell c
left join core.source_owner o on o.source_id = c.source_id and o.valid_from <= %(night)s and %(night)s < o.valid_to
left join
    archive.any_ministry_comparison m
    on m.archive_id = c.archive_id and m.source_id = c.source_id and m.night = %(night)s
where c.archive_id = %(archive_id)s and c.from_night <= %(night)s and %(night)s < c.to_night
group by c.source_id, o.owner_name, 3, m.as_of
order by c.source_id, 3 nulls last
