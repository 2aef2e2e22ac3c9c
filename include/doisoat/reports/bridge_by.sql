-- The composition of the bridge's entries by one dimension: over all of its values they sum to the whole's entries. For
-- a range of receipt months: what has no receipt date is in none. An agency includes everything below it, as of the
-- month of receipt (without one: of the night).
with entry as (
    select e.*
    from archive.bridge_entries(%(archive_id)s, %(night)s, %(with_ministries)s) e
    where (%(first_month)s::date is null or e.receipt_month >= %(first_month)s)
        and (%(last_month)s::date is null or e.receipt_month <= %(last_month)s)
        and (%(procedure)s::text is null or e.procedure_family = core.procedure_family(%(procedure)s))
        and (%(agency)s::text is null or exists (
            select from core.subtree(%(agency)s) s
            where s.agency_id = e.agency_id
                and s.from_month <= coalesce(e.receipt_month, date_trunc('month', %(night)s::date))
                and coalesce(e.receipt_month, date_trunc('month', %(night)s::date)) < s.to_month
        ))
),
named as (
    select
        e.*,
        a.level,
        p.field_code,
        w.channel,
        case %(dimension)s
            when 'cause' then coalesce(e.cause, case when e.side = 'ministry' then e.entry_kind end)
            when 'ministry' then coalesce(e.ministry_source_id, 'none')
            when 'agency' then e.agency_id
            when 'level' then a.level
            when 'procedure' then e.procedure_family
            when 'field' then p.field_code
            when 'channel' then w.channel
            when 'month' then coalesce(e.receipt_month::text, 'no receipt date')
            when 'agency_month' then e.agency_id || ' ' || coalesce(e.receipt_month::text, 'no receipt date')
        end as value,
        case %(dimension)s when 'cause' then coalesce(k.label, l.label) when 'agency' then a.name when
                'procedure'
                then p.name
            when 'field' then p.field_name when
                'ministry'
                then coalesce(o.owner_name, case when e.ministry_source_id is null then
                            'Không có trên hệ thống của bộ, ngành nào'
                    end)
        end as name
    from entry e
    left join core.cause_rule k using (cause)
    left join (
        values (
            'ministry_in_group',
            'Cổng DVCQG có đủ số hồ sơ của bộ, ngành tính theo nhóm, không đối chiếu được từng hồ sơ'
        ),
        ('ministry_undetermined', 'Chưa xác định được Cổng DVCQG có hồ sơ của bộ, ngành hay không')
    ) as l (entry_kind, label) on l.entry_kind = e.entry_kind and e.cause is null
    left join
        core.source_owner o
        on o.source_id = e.ministry_source_id and o.valid_from <= %(night)s and %(night)s < o.valid_to
    left join lateral (
        select
            name,
            level
        from archive.any_agency a where a.agency_id = e.agency_id order by valid_from desc limit 1
    ) a on true
    left join archive.any_procedure p using (procedure_family)
    left join lateral (
        -- as its own side states it; an extra row has its source's name before its key
        select r.channel
        from core.source s
        join core.dossier_record r
            on r.source_id = s.source_id and r.record_id = case
                when e.entry_kind not like 'extra%%' then e.record_id
                when starts_with(e.record_id, s.source_id || ':') then substr(e.record_id, length(s.source_id) + 2)
            end
        where (%(dimension)s = 'channel' or %(channel)s::text is not null) and s.side = e.side
            and (e.side <> 'ministry' or s.source_id = e.ministry_source_id)
            and r.from_night <= %(night)s and %(night)s < r.to_night
        order by s.has_listing desc, s.source_id
        limit 1
    ) w on true
)
select
    coalesce(value, 'unknown') as value,
    max(name) as name,
    sum(sign) as entries,
    count(*) filter (where sign > 0) as national_more,
    count(*) filter (where sign < 0) as provincial_more,
    count(distinct dossier_id) as dossiers,
    count(*) filter (where standing in ('pending', 'not_yet_observable', 'incomplete')) as no_gap_yet,
    case when %(with_ministries)s then count(*) filter (where entry_kind = 'ministry_on_portal') end as on_both,
    case when %(with_ministries)s then count(*) filter (where entry_kind = 'undetermined') end as undetermined
from named
where (%(field)s::text is null or coalesce(field_code, 'unknown') = %(field)s)
    and (%(level)s::text is null or coalesce(level, 'unknown') = %(level)s)
    and (%(channel)s::text is null or coalesce(channel, 'unknown') = %(channel)s)
group by 1
order by abs(sum(sign)) desc, count(*) desc, 1
