-- The open gaps of a night that the filters leave; stands in other statements as a part. An agency is meant with all
-- below it in the month of receipt, without one in the month of the night.
select
    g.pair,
    g.dossier_id,
    g.kind,
    g.detail,
    g.cause,
    g.cause_label,
    g.blames,
    g.opened_on,
    g.reopened_on,
    g.age_nights,
    g.state,
    g.state_reason,
    g.state_by,
    g.state_since,
    g.expires_on,
    g.agency_id,
    g.owner_id,
    f.national_value,
    f.provincial_value,
    f.ministry_value,
    f.procedure_family,
    f.receipt_date,
    case when g.age_nights <= 7 then '7' when g.age_nights <= 30 then '30' when g.age_nights <= 90 then '90' else
            'older'
    end as age
from mart.gap g
join mart.fact_sync_gap f
    on f.night = g.night and f.pair = g.pair and f.dossier_id = g.dossier_id
    and case f.gap_kind when 'difference' then f.attribute else f.gap_kind end = g.kind
    and case f.gap_kind when 'difference' then '' else coalesce(f.attribute, '') end = g.detail
where g.night = %(night)s and f.night = %(night)s
    and (%(pair)s::text is null or g.pair = %(pair)s)
    and (%(kind)s::text is null or g.kind = %(kind)s)
    and (%(cause)s::text is null or g.cause = %(cause)s)
    and (%(blames)s::text is null or g.blames = %(blames)s)
    and (
        %(state)s::text is null
        or case %(state)s when 'answered' then g.state <> 'open' else g.state = %(state)s end
    )
    and (%(procedure)s::text is null or f.procedure_family = %(procedure)s)
    and (%(owner)s::text is null or g.owner_id = %(owner)s)
    and (%(agency)s::text is null or exists (
        select from mart.agency_subtree s
        where s.ancestor_id = %(agency)s and s.agency_id = g.agency_id
            and s.from_month <= coalesce(date_trunc('month', f.receipt_date), date_trunc('month', %(night)s::date))
            and coalesce(date_trunc('month', f.receipt_date), date_trunc('month', %(night)s::date)) < s.to_month
    ))
    and (%(whose)s::text is null or exists (
        select from mart.agency_subtree s
        where s.ancestor_id = %(whose)s and s.agency_id in (g.agency_id, g.owner_id)
    ))
    and (%(opened_from)s::date is null or coalesce(g.reopened_on, g.opened_on) >= %(opened_from)s)
    and (%(opened_to)s::date is null or coalesce(g.reopened_on, g.opened_on) <= %(opened_to)s)
    and (
        %(changed_from)s::date is null
        or greatest(g.opened_on, g.reopened_on, g.state_since) >= %(changed_from)s
    )
    and (%(dossiers)s::text[] is null or g.dossier_id = any(%(dossiers)s))
    and case %(age)s
        when '7' then g.age_nights <= 7
        when '30' then g.age_nights between 8 and 30
        when '90' then g.age_nights between 31 and 90
        when 'older' then g.age_nights > 90
        else true
    end
