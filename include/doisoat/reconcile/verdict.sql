-- One presence verdict per dossier. Absence is a gap only if it proves something: not while the dossier is younger
-- than the allowed lag (applied_lag.sql), not after the point in time at which both sides are compared, not if the
-- other side was listed in part, is older than the dossier's own row (proven.sql) or has a row that may be it
-- (hidden.sql), unless the portal was asked for every code of the dossier and answered for each that it does not hold
-- it.
create temporary table verdict_tonight on commit drop as
with asked as (
    select distinct on (source_id, code)
        code,
        is_held
    from core.look_up
    where source_id = any(%(asked_sources)s) and night > %(night)s - %(look_up_age_days)s and night <= %(night)s
    order by source_id, code, night desc
),
absent as (
    select o.dossier_id
    from raw.outcome o
    join core.dossier_record r
        on r.source_id = o.provincial_source_id and r.record_id = o.provincial_record_id
        and r.to_night = 'infinity'
    cross join
        lateral (
            select r.dossier_code as code
            union
            select unnest(r.linked_codes)
        ) c
    left join asked using (code)
    where o.is_provincial and not o.is_national and c.code is not null
    group by 1
    having bool_and(coalesce(not asked.is_held, false))
)
select
    %(pair)s as pair,
    o.dossier_id,
    case when o.is_provincial and o.is_national then 'matched'
        when o.is_national then 'national_only' else 'provincial_only'
    end as presence,
    case when o.is_provincial and o.is_national then 'settled'
        when received.moment > %(as_of)s then 'not_yet_observable'
        when received.moment >= %(as_of)s - lag.allowed_lag then 'pending'
        when o.is_provincial and absent.dossier_id is not null then 'gap'
        when proven.dossier_id is not null then case when hidden.dossier_id is null then 'gap' else 'incomplete' end
        when o.is_national and not %(provincial_is_complete)s then 'incomplete'
        when o.is_provincial and not %(national_is_complete)s then 'incomplete'
        else 'not_yet_observable'
    end as standing,
    case when o.is_looked_up or absent.dossier_id is not null then 'looked_up' else 'listed' end as evidence,
    o.national_record_id,
    o.provincial_record_id,
    m.record_id as ministry_record_id,
    o.national_source_id,
    o.provincial_source_id,
    m.source_id as ministry_source_id,
    coalesce(nullif(o.provincial_agency_id, 'unknown'), o.national_agency_id, 'unknown') as agency_id,
    coalesce(nullif(o.provincial_procedure_family, 'unknown'), o.national_procedure_family, 'unknown')
        as procedure_family,
    coalesce(o.provincial_receipt_date, o.national_receipt_date) as receipt_date,
    not o.is_provincial and exists (
        select from core.dossier_record r
        where r.source_id = any(%(provincial_sources)s) and r.dossier_id = o.dossier_id
            and r.to_night = 'infinity' and r.is_removed
    ) as is_removed_provincially,
    -- sides are read at the end of a night: the first night whose end is past the lag, tonight excluded
    case when received.moment >= %(as_of)s - lag.allowed_lag
            then greatest(((received.moment + lag.allowed_lag) at time zone %(timezone)s)::date, %(night)s::date + 1)
    end as next_review_on
from raw.outcome o
left join applied_lag lag using (dossier_id)
cross join lateral (select coalesce(o.provincial_moment, o.national_moment) as moment) received
left join absent using (dossier_id)
left join proven using (dossier_id)
left join hidden using (dossier_id)
left join lateral (
    -- the ministry's record of the same dossier: which system it comes from matters to the cause, not to presence
    select
        r.source_id,
        r.record_id
    from core.dossier_record r
    where r.source_id = any(%(ministry_systems)s) and r.dossier_id = o.dossier_id and r.to_night = 'infinity'
        and r.duplicate_rank = 1
    order by 1, 2 limit 1
) m on true
where not (o.is_provincial and o.is_national)
    or o.is_looked_up
    or exists (select from difference_tonight d where d.dossier_id = o.dossier_id)
    or (o.national_agency_id, o.national_procedure_family, o.national_receipt_month)
    is distinct from (o.provincial_agency_id, o.provincial_procedure_family, o.provincial_receipt_month);
analyze verdict_tonight;
