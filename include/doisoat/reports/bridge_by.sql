-- What the bridge's entries are made of, by one dimension: the sums over all of its values are the whole's entries. Of some
-- months of receipt: what has no receipt date is in none.
with entry as (
    select e.*, c.cause
    from archive.any_ledger_entry e
    left join archive.any_cause c on c.archive_id = e.archive_id and c.pair = e.pair and c.dossier_id = e.dossier_id
        and c.kind = e.entry_kind and c.detail = case when e.entry_kind like 'extra%%' then e.record_id else '' end
        and c.from_night <= %(night)s and %(night)s < c.to_night
    where e.archive_id = %(archive_id)s and e.from_night <= %(night)s and %(night)s < e.to_night
      and e.pair = 'national_provincial'
      and (%(first_month)s::date is null or e.receipt_month >= %(first_month)s)
      and (%(last_month)s::date is null or e.receipt_month <= %(last_month)s)
),
named as (
    select e.*, case %(dimension)s
        when 'cause' then e.cause
        when 'agency' then e.agency_id
        when 'level' then a.level
        when 'procedure' then e.procedure_family
        when 'field' then p.field_code
        when 'channel' then w.channel end as value,
        case %(dimension)s when 'cause' then k.label when 'agency' then a.name when 'procedure' then p.name
            when 'field' then p.field_name end as name
    from entry e
    left join core.cause_rule k using (cause)
    left join lateral (
        select name, level from archive.any_agency a where a.agency_id = e.agency_id order by valid_from desc limit 1
    ) a on true
    left join archive.any_procedure p using (procedure_family)
    left join lateral (
        -- as its own side says it; an extra row bears its source's name before its key
        select r.channel
        from core.source s
        join core.dossier_record r on r.source_id = s.source_id and r.record_id = case
            when e.entry_kind not like 'extra%%' then e.record_id
            when starts_with(e.record_id, s.source_id || ':') then substr(e.record_id, length(s.source_id) + 2) end
        where %(dimension)s = 'channel' and s.side = case when e.sign > 0 then 'national' else 'provincial' end
          and r.from_night <= %(night)s and %(night)s < r.to_night
        order by s.has_listing desc, s.source_id
        limit 1
    ) w on true
)
select coalesce(value, 'unknown') as value, max(name) as name, sum(sign) as entries,
    count(*) filter (where sign > 0) as national_more, count(*) filter (where sign < 0) as provincial_more,
    count(distinct dossier_id) as dossiers, count(*) filter (where standing in ('pending', 'not_yet_observable', 'incomplete')) as no_gap_yet
from named
group by 1
order by abs(sum(sign)) desc, count(*) desc, 1
