-- One verdict per dossier and pair: ministry and province, ministry and portal. What both hold under one code without a
-- difference gets no row. An undetermined dossier is not a gap: the evidence does not say that it is missing. An
-- absence is proven as in proven.sql: for the dossier, under whichever record it was held then. Whether the other side
-- held it then is decided by its code only.
create temporary table verdict_tonight on commit drop as
with side as (
    select
        source_id,
        'provincial' as side,
        'ministry_provincial' as pair,
        as_of,
        settled_before,
        provincial_is_complete as is_complete,
        provincial_absence_night as absence_night,
        provincial_absence_settled as absence_settled,
        %(provincial_sources)s::text[] as others
    from ministry_side
    union all
    select
        source_id,
        'national',
        'ministry_national',
        portal_as_of,
        portal_settled_before,
        national_is_complete,
        portal_absence_night,
        portal_absence_settled,
        %(national_sources)s::text[]
    from ministry_side
),
others_then as (
    select distinct
        s.pair,
        s.source_id,
        r.dossier_id
    from side s join core.dossier_record r
        on r.source_id = any(s.others)
        and r.from_night <= s.absence_night and s.absence_night < r.to_night and not r.is_removed
    where s.absence_night < %(night)s
),
ministries_then as (
    select distinct
        s.source_id,
        r.dossier_id
    from ministry_side s join core.dossier_record r
        on r.source_id = s.source_id
        and r.from_night <= s.ministry_absence_night and s.ministry_absence_night < r.to_night and not r.is_removed
    where s.ministry_absence_night < %(night)s
),
held_then as (
    select distinct
        s.pair,
        s.source_id,
        r.dossier_id
    from side s join core.dossier_record r
        on r.source_id = s.source_id
        and r.from_night <= s.absence_night and s.absence_night < r.to_night and not r.is_removed
    where s.absence_night < %(night)s
),
provinces_then as (
    select distinct
        s.source_id,
        r.dossier_id
    from ministry_side s join core.dossier_record r
        on r.source_id = any(%(provincial_sources)s)
        and r.procedure_family = any(s.procedure_families)
        and r.from_night <= s.ministry_absence_night and s.ministry_absence_night < r.to_night and not r.is_removed
    where s.ministry_absence_night < %(night)s
),
judged as (
    select
        m.*,
        s.pair,
        s.side,
        x.evidence as found,
        x.other_source_id,
        x.other_record_id,
        s.as_of,
        s.settled_before,
        s.is_complete,
        coalesce(m.moment < s.absence_settled, true) and (
            s.absence_night >= %(night)s or h.dossier_id is not null and o.dossier_id is null
        ) as is_proven,
        hidden.dossier_id is not null as is_hidden,
        exists(select from difference_tonight d where d.pair = s.pair and d.dossier_id = m.dossier_id) as is_differing
    from ministry_row m
    join side s using (source_id)
    left join held_then h on (h.pair, h.source_id, h.dossier_id) = (s.pair, m.source_id, m.dossier_id)
    left join others_then o on (o.pair, o.source_id, o.dossier_id) = (s.pair, m.source_id, m.dossier_id)
    left join ministry_match x on (x.side, x.source_id, x.record_id) = (s.side, m.source_id, m.record_id)
    left join ministry_hidden hidden
        on (hidden.side, hidden.source_id, hidden.dossier_id) = (s.side, m.source_id, m.dossier_id)
)
select
    j.pair,
    j.dossier_id,
    case
        when j.found is null then 'ministry_only' when j.found = 'undetermined' then 'undetermined' else 'matched'
    end as presence,
    case when j.found = 'undetermined' then 'undecided'
        when j.found is not null then 'settled'
        when j.moment > j.as_of then 'not_yet_observable'
        when j.moment >= j.settled_before then 'pending'
        when j.is_proven then case when j.is_hidden then 'incomplete' else 'gap' end
        when not j.is_complete then 'incomplete'
        else 'not_yet_observable'
    end as standing,
    case when j.found in ('receipt_time', 'counted_in_group') then j.found else 'listed' end as evidence,
    case j.side when 'national' then j.other_record_id end as national_record_id,
    case j.side when 'provincial' then j.other_record_id end as provincial_record_id,
    j.record_id as ministry_record_id,
    case j.side when 'national' then j.other_source_id end as national_source_id,
    case j.side when 'provincial' then j.other_source_id end as provincial_source_id,
    j.source_id as ministry_source_id,
    j.agency_id,
    j.procedure_family,
    j.receipt_date,
    j.side = 'provincial' and j.found is null and exists (
        select from core.dossier_record r
        where r.source_id = any(%(provincial_sources)s) and r.dossier_id = j.dossier_id
            and r.to_night = 'infinity' and r.is_removed
    ) as is_removed_provincially,
    case when j.found is null and j.moment >= j.settled_before
            then greatest(
                    ((j.moment + (j.as_of - j.settled_before)) at time zone %(timezone)s)::date, %(night)s::date + 1
                )
    end as next_review_on
from judged j
where j.as_of is not null and (j.found is distinct from 'listed' or j.is_differing)
union all
-- The opposite direction, only for procedures that the system handles according to the province file.
select * from (
    select distinct on (p.dossier_id)
        'ministry_provincial',
        p.dossier_id,
        'provincial_only',
        case when received.moment > s.as_of then 'not_yet_observable'
            when received.moment >= s.settled_before then 'pending'
            when coalesce(received.moment < s.ministry_absence_settled, true)
                and (s.ministry_absence_night >= %(night)s or w.dossier_id is not null and h.dossier_id is null)
                then case when hidden.dossier_id is null then 'gap' else 'incomplete' end
            when not s.ministry_is_complete then 'incomplete'
            else 'not_yet_observable'
        end,
        'listed',
        null,
        p.record_id,
        null,
        null,
        p.source_id,
        null,
        p.agency_id,
        p.procedure_family,
        p.receipt_date,
        false,
        case when received.moment >= s.settled_before
                then greatest(
                        ((received.moment + (s.as_of - s.settled_before)) at time zone %(timezone)s)::date,
                        %(night)s::date + 1
                    )
        end
    from ministry_side s
    join core.dossier_record p on p.procedure_family = any(s.procedure_families)
    left join lateral (
        select (min(f.from_night) + 1)::timestamp at time zone %(timezone)s as by
        from core.dossier_record f
        where p.unread && array['received_at', 'submitted_at']
            and (f.source_id, f.record_id) = (p.source_id, p.record_id)
    ) shown on true
    cross join
        lateral (
            select case
                when 'received_at' = any(p.unread) then shown.by else coalesce(p.received_at, p.submitted_at, shown.by)
            end as moment
        ) received
    left join ministry_hidden hidden
        on (hidden.side, hidden.source_id, hidden.dossier_id) = ('ministry', s.source_id, p.dossier_id)
    left join provinces_then w on (w.source_id, w.dossier_id) = (s.source_id, p.dossier_id)
    left join ministries_then h on (h.source_id, h.dossier_id) = (s.source_id, p.dossier_id)
    where cardinality(%(ministry_sources)s::text[]) > 0
        and p.source_id = any(%(provincial_sources)s) and p.to_night = 'infinity' and p.duplicate_rank = 1
        and not exists (select from ministry_row m where m.dossier_id = p.dossier_id)
        and not exists (select from ministry_match x where x.side = 'provincial' and x.other_dossier_id = p.dossier_id)
        and not exists (
            -- one of a group, or of an undetermined day: its match is not known individually
            select from ministry_row m join ministry_match x using (source_id, record_id)
            where x.side = 'provincial'
                and x.evidence in ('counted_in_group', 'undetermined')
                and m.agency_id = p.agency_id
                and m.procedure_family = p.procedure_family and m.receipt_date = p.receipt_date
        )
    order by p.dossier_id, s.source_id
) unheld;
analyze verdict_tonight;
