-- The counts for indicator 1.4, by cell. The province's dossiers by its own records, the portal's by the portal's; of a
-- ministry's system, those that the province does not hold. Counted in core: the verdicts are used only for what the
-- evidence leaves open. For all days, or for what each system shows as received from first_day to last_day.
create temporary table sync_counts on commit drop as
with provincial as not materialized (
    select
        dossier_id,
        agency_id,
        procedure_family,
        channel,
        receipt_month,
        received_at,
        status
    from core.dossier_record
    where source_id = any(%(provincial_sources)s) and to_night = 'infinity' and duplicate_rank = 1
        and (%(first_day)s::date is null or receipt_date between %(first_day)s and %(last_day)s)
),
national as not materialized (
    select
        dossier_id,
        agency_id,
        procedure_family,
        channel,
        receipt_date,
        receipt_month,
        status,
        duplicate_rank
    from core.dossier_record
    where source_id = any(%(national_sources)s) and to_night = 'infinity' and duplicate_rank > 0
),
-- what an earlier listing could not show yet, or a partial listing did not show
unseen as (
    select dossier_id from recon.verdict
    where pair = 'national_provincial' and to_night = 'infinity' and presence = 'provincial_only'
        and standing in ('incomplete', 'not_yet_observable')
),
-- for each dossier of a ministry: does the province hold it, does the portal?
lacking as (
    select
        p.ministry_source_id as source_id,
        p.agency_id,
        p.procedure_family,
        coalesce(r.channel, 'unknown') as channel,
        coalesce(r.receipt_month, 'infinity') as cell_month,
        p.presence = 'ministry_only' and p.standing in ('gap', 'pending') as is_lacking,
        -- no row means that both hold it under one code, but only if the portal was ever listed
        case when c.portal_as_of is null then null
            when n.presence is null or n.presence = 'matched' then true
            when n.presence = 'ministry_only' and n.standing in ('gap', 'pending') then false
        end as is_on_portal
    from recon.verdict p
    join recon.ministry_comparison c on c.night = %(night)s and c.source_id = p.ministry_source_id
    join core.dossier_record r
        on r.source_id = p.ministry_source_id and r.record_id = p.ministry_record_id
        and r.source_id = any(%(ministry_systems)s) and r.to_night = 'infinity'
    left join
        recon.verdict n
        on n.pair = 'ministry_national' and n.dossier_id = p.dossier_id and n.to_night = 'infinity'
    where p.pair = 'ministry_provincial' and p.to_night = 'infinity' and p.presence in ('ministry_only', 'undetermined')
        and (%(first_day)s::date is null or r.receipt_date between %(first_day)s and %(last_day)s)
),
-- the province's dossiers that match a ministry's by the second of receipt, and that the portal holds under the
-- ministry's code
through as (
    select distinct r.dossier_id
    from recon.verdict p
    join recon.ministry_comparison c on c.night = %(night)s and c.source_id = p.ministry_source_id
    join
        core.dossier_record r
        on r.source_id = p.provincial_source_id and r.record_id = p.provincial_record_id
        and r.source_id = any(%(provincial_sources)s) and r.to_night = 'infinity'
    left join
        recon.verdict n
        on n.pair = 'ministry_national' and n.dossier_id = p.dossier_id and n.to_night = 'infinity'
    where p.pair = 'ministry_provincial'
        and p.to_night = 'infinity'
        and p.presence = 'matched'
        and p.evidence = 'receipt_time'
        and c.portal_as_of is not null and coalesce(n.presence, 'matched') = 'matched'
),
-- for one agency, family and second of receipt the province shows more than the ministry's system has: the surplus may
-- be the same dossiers imported again
repeated as (
    select
        g.agency_id,
        g.procedure_family,
        p.receipt_month,
        g.surplus,
        count(*) as other,
        count(n.dossier_id) as synced
    from (
        select distinct
            m.agency_id,
            m.procedure_family,
            m.received_at,
            (c.basis ->> 'other')::integer - (c.basis ->> 'ministry')::integer as surplus
        from recon.cause c
        join recon.verdict v using (pair, dossier_id)
        join
            core.dossier_record m
            on m.source_id = v.ministry_source_id and m.record_id = v.ministry_record_id
            and m.source_id = any(%(ministry_systems)s) and m.to_night = 'infinity'
        where c.pair = 'ministry_provincial'
            and c.cause = 'imported_twice'
            and c.to_night = 'infinity'
            and v.to_night = 'infinity'
    ) g
    join
        provincial p
        on (p.agency_id, p.procedure_family, p.received_at) = (g.agency_id, g.procedure_family, g.received_at)
    left join national n on n.dossier_id = p.dossier_id and n.duplicate_rank = 1
    group by 1, 2, 3, 4, g.received_at
),
-- each side's counts, by cell
by_province as (
    select
        '' as source_id,
        p.agency_id,
        p.procedure_family,
        coalesce(p.channel, 'unknown') as channel,
        coalesce(p.receipt_month, 'infinity') as cell_month,
        count(*) as provincial,
        count(n.dossier_id) as synced,
        count(*) filter (where n.dossier_id is null and t.dossier_id is null and u.dossier_id is not null)
            as synced_undecided,
        count(t.dossier_id) filter (where n.dossier_id is null) as synced_through,
        count(*) filter (where p.status = n.status) as status_in_step,
        count(*) filter (where n.dossier_id is not null and (p.status is null or n.status is null)) as status_undecided
    from provincial p
    left join national n on n.dossier_id = p.dossier_id and n.duplicate_rank = 1
    left join unseen u on u.dossier_id = p.dossier_id
    left join through t on t.dossier_id = p.dossier_id
    group by 2, 3, 4, 5
),
by_surplus as (
    select
        '' as source_id,
        agency_id,
        procedure_family,
        'unknown' as channel,
        receipt_month as cell_month,
        sum(surplus)::bigint as maybe_repeated,
        sum(least(surplus, synced))::bigint as maybe_repeated_synced,
        sum(least(surplus, other - synced))::bigint as maybe_repeated_unsynced
    from repeated
    group by 2, 3, 5
),
by_portal as (
    select
        '' as source_id,
        agency_id,
        procedure_family,
        coalesce(channel, 'unknown') as channel,
        coalesce(receipt_month, 'infinity') as cell_month,
        count(*) filter (where duplicate_rank = 1) as portal,
        count(*) as portal_rows
    from national
    where (%(first_day)s::date is null or receipt_date between %(first_day)s and %(last_day)s)
    group by 2, 3, 4, 5
),
by_ministry as (
    select
        source_id,
        agency_id,
        procedure_family,
        channel,
        cell_month,
        count(*) filter (where is_lacking) as added,
        count(*) filter (where is_lacking and is_on_portal) as added_on_portal,
        count(*) filter (where is_lacking and is_on_portal is null) as added_portal_undecided,
        count(*) filter (where not is_lacking) as maybe_added,
        count(*) filter (where not is_lacking and is_on_portal) as maybe_added_on_portal,
        count(*) filter (where not is_lacking and is_on_portal is null) as maybe_added_portal_undecided
    from lacking
    group by 1, 2, 3, 4, 5
)
select
    source_id,
    agency_id,
    procedure_family,
    channel,
    cell_month,
    coalesce(provincial, 0) as provincial,
    coalesce(synced, 0) as synced,
    coalesce(synced_undecided, 0) as synced_undecided,
    coalesce(synced_through, 0) as synced_through,
    coalesce(maybe_repeated, 0) as maybe_repeated,
    coalesce(maybe_repeated_synced, 0) as maybe_repeated_synced,
    coalesce(maybe_repeated_unsynced, 0) as maybe_repeated_unsynced,
    coalesce(status_in_step, 0) as status_in_step,
    coalesce(status_undecided, 0) as status_undecided,
    coalesce(portal, 0) as portal,
    coalesce(portal_rows, 0) as portal_rows,
    coalesce(added, 0) as added,
    coalesce(added_on_portal, 0) as added_on_portal,
    coalesce(added_portal_undecided, 0) as added_portal_undecided,
    coalesce(maybe_added, 0) as maybe_added,
    coalesce(maybe_added_on_portal, 0) as maybe_added_on_portal,
    coalesce(maybe_added_portal_undecided, 0) as maybe_added_portal_undecided
from by_province
full join by_surplus using (source_id, agency_id, procedure_family, channel, cell_month)
full join by_portal using (source_id, agency_id, procedure_family, channel, cell_month)
full join by_ministry using (source_id, agency_id, procedure_family, channel, cell_month);
analyze sync_counts;
