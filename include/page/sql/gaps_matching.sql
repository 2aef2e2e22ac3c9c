-- The open gaps of a night that the filters leave; stands in other statements as a part. An agency is meant with all
-- below it in the month of receipt, without one in the month of the night. What is below it, and whose repair changes
-- the counts of a period, is found once and not for each gap.
with asked_agency as materialized (
    select
        agency_id,
        from_month,
        to_month
    from mart.agency_subtree
    where ancestor_id = %(agency)s
),
asked_effect as materialized (
    select
        pair,
        dossier_id,
        cause
    from mart.repair_effect
    where night = %(night)s and receipt_month >= %(counts_from)s and receipt_month < %(counts_before)s
)
select
    g.gap_id,
    g.pair,
    g.dossier_id,
    g.kind,
    g.detail,
    g.cause,
    g.cause_label,
    g.blames,
    g.days_since_opened as age_nights,
    g.state,
    g.state_reason,
    g.state_by,
    g.state_since,
    g.agency_id,
    g.agency_name,
    g.owner_id,
    g.owner_name,
    g.national_value,
    g.provincial_value,
    g.ministry_value,
    g.procedure_family,
    g.procedure_name,
    g.channel,
    g.receipt_date,
    case
        when g.days_since_opened <= 7 then '7' when g.days_since_opened <= 30 then '30'
        when g.days_since_opened <= 90 then '90' else 'older'
    end as age
from mart.gap g
where g.night = %(night)s
    and (%(pair)s::text is null or g.pair = %(pair)s)
    and (%(kind)s::text is null or g.kind = %(kind)s)
    and (%(cause)s::text is null or g.cause = %(cause)s)
    and (%(blames)s::text is null or g.blames = %(blames)s)
    and (
        %(state)s::text is null
        or case %(state)s when 'answered' then g.state <> 'open' else g.state = %(state)s end
    )
    and (%(procedure)s::text is null or g.procedure_family = %(procedure)s)
    and (%(channel)s::text is null or coalesce(g.channel, 'unknown') = %(channel)s)
    and (%(owner)s::text is null or g.owner_id = %(owner)s)
    and (
        %(agency)s::text is null
        or g.agency_id in (select agency_id from asked_agency) and exists (
            select from asked_agency s
            where s.agency_id = g.agency_id
                and s.from_month <= coalesce(date_trunc('month', g.receipt_date), date_trunc('month', %(night)s::date))
                and coalesce(date_trunc('month', g.receipt_date), date_trunc('month', %(night)s::date)) < s.to_month
        )
    )
    and (
        %(whose)s::text[] is null or g.agency_id = any(%(whose)s::text[]) or g.owner_id = any(%(whose)s::text[])
    )
    and (%(opened_from)s::date is null or g.opened_on >= %(opened_from)s)
    and (%(opened_to)s::date is null or g.opened_on <= %(opened_to)s)
    and (%(received_from)s::date is null or g.receipt_date >= %(received_from)s)
    and (%(received_to)s::date is null or g.receipt_date <= %(received_to)s)
    and (
        %(changed_from)s::date is null
        or greatest(g.opened_on, g.reopened_on, g.state_since) >= %(changed_from)s
    )
    and (
        %(counts_from)s::date is null
        or (g.pair, g.dossier_id, g.cause) in (
            select
                pair,
                dossier_id,
                cause
            from asked_effect
        )
    )
    and (%(dossiers)s::text[] is null or g.dossier_id = any(%(dossiers)s))
    and case %(age)s
        when '7' then g.days_since_opened <= 7
        when '30' then g.days_since_opened between 8 and 30
        when '90' then g.days_since_opened between 31 and 90
        when 'older' then g.days_since_opened > 90
        else true
    end
