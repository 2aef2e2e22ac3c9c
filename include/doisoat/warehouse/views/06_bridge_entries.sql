-- The entries of a night's bridge. Without the ministries: the ledger's entries. With them, national is compared with
-- the union, so each dossier that a ministry's system holds and the province does not subtracts one, by what the portal
-- holds of it:
--   ministry_on_portal     the portal has it in the same cell: its portal-only entry and the subtraction cancel out (0)
--   ministry_moved         the portal has it in another cell: +1 there, -1 here
--   ministry_in_group      the portal has as many for that agency, family and day: no single record is claimed as the
--                          match
--   ministry_only          the portal does not show it; its standing says whether that proves anything
--   ministry_undetermined  the evidence does not say whether the portal has it; also if one portal record matches
--                          dossiers of two systems, or one that the province holds
--   undetermined           it is not decided whether the province holds it: 0, or -1 with the union at its largest
-- A ministry's dossier without a verdict against the portal is on the portal under its own code (ministry_verdict.sql).
drop function if exists archive.bridge_entries(integer, date, boolean);
create function archive.bridge_entries(of_archive integer, on_night date, with_ministries boolean) returns table (
    dossier_id text, entry_kind text, sign integer, side text, record_id text, standing text, agency_id text,
    procedure_family text, receipt_month date, ministry_source_id text, cause text, since_night date
)
-- security definer: analysts, who may read only mart, call it through a view
-- the planner cannot know how many ranges are valid on a night: if it expects few where there are many, nested loops
-- never end
language sql stable security definer set search_path = '' set enable_nestloop = off as $$
    with verdict as not materialized (
        select * from archive.any_verdict v
        where v.archive_id = of_archive and v.from_night <= on_night and on_night < v.to_night
    ),
    cause as not materialized (
        select * from archive.any_cause c
        where c.archive_id = of_archive and c.from_night <= on_night and on_night < c.to_night
    ),
    entry as (
        select e.dossier_id, e.entry_kind, e.sign::integer as sign,
            case when e.sign > 0 then 'national' else 'provincial' end as side,
            e.record_id, e.standing, e.agency_id, e.procedure_family, e.receipt_month, v.ministry_source_id, c.cause,
            e.from_night
        from archive.any_ledger_entry e
        left join verdict v on v.pair = e.pair and v.dossier_id = e.dossier_id
        left join cause c on c.pair = e.pair and c.dossier_id = e.dossier_id and c.kind = e.entry_kind
            and c.detail = case when e.entry_kind like 'extra%' then e.record_id else '' end
        where e.archive_id = of_archive and e.from_night <= on_night and on_night < e.to_night
          and e.pair = 'national_provincial'
    ),
    -- which portal dossier a ministry's dossier is, if matched by receipt: a record is the match of one, or of none
    matched as (
        select n.dossier_id, p.dossier_id as portal_dossier_id
        from (
            select v.*, count(*) over (partition by v.national_source_id, v.national_record_id) as claimants
            from verdict v where v.pair = 'ministry_national' and v.national_record_id is not null
        ) n
        join verdict p on p.pair = 'national_provincial'
            and (p.national_source_id, p.national_record_id) = (n.national_source_id, n.national_record_id)
        where n.claimants = 1
    ),
    ministry as (
        select v.dossier_id, v.presence, v.ministry_source_id, v.ministry_record_id, v.agency_id, v.procedure_family,
            date_trunc('month', v.receipt_date)::date as receipt_month, v.from_night, n.presence as on_portal,
            n.standing,
            n.evidence,
            case when n.dossier_id is null then v.dossier_id else x.portal_dossier_id end as portal_dossier_id
        from verdict v
        left join verdict n on n.pair = 'ministry_national' and n.dossier_id = v.dossier_id
        left join matched x on x.dossier_id = v.dossier_id
        where with_ministries and v.pair = 'ministry_provincial' and v.presence in ('ministry_only', 'undetermined')
    ),
    added as (
        select m.dossier_id, m.ministry_source_id, m.ministry_record_id, m.agency_id, m.procedure_family,
            m.receipt_month,
            m.on_portal, m.standing, greatest(m.from_night, p.from_night) as from_night,
            p.dossier_id as portal_dossier_id,
            p.record_id as portal_record_id, p.cause as portal_cause, p.agency_id as portal_agency_id,
            p.procedure_family as portal_procedure_family, p.receipt_month as portal_receipt_month,
            case when p.dossier_id is null then
                     case when m.on_portal = 'ministry_only' then 'ministry_only'
                          when m.evidence = 'counted_in_group' then 'ministry_in_group' else 'ministry_undetermined' end
                 when (p.agency_id, p.procedure_family, p.receipt_month)
                      is distinct from (m.agency_id, m.procedure_family, m.receipt_month) then 'ministry_moved'
                 else 'ministry_on_portal' end as entry_kind
        from ministry m
        left join entry p on p.entry_kind = 'national_only' and p.dossier_id = m.portal_dossier_id
        where m.presence = 'ministry_only'
    )
    select e.dossier_id, e.entry_kind, e.sign, e.side, e.record_id, e.standing, e.agency_id, e.procedure_family,
        e.receipt_month,
        e.ministry_source_id, e.cause, e.from_night
    from entry e
    left join added a on e.entry_kind = 'national_only' and a.portal_dossier_id = e.dossier_id
    where a.dossier_id is null
    union all
    select a.dossier_id, a.entry_kind, 1, 'national', a.portal_record_id, 'settled', a.portal_agency_id,
        a.portal_procedure_family, a.portal_receipt_month, a.ministry_source_id, a.portal_cause, a.from_night
    from added a where a.entry_kind = 'ministry_moved'
    union all
    select a.dossier_id, a.entry_kind, case a.entry_kind when 'ministry_on_portal' then 0 else -1 end, 'ministry',
        a.ministry_record_id, case when a.entry_kind = 'ministry_only' then a.standing
            when a.entry_kind = 'ministry_undetermined' then 'undecided' else 'settled' end,
        a.agency_id, a.procedure_family, a.receipt_month, a.ministry_source_id, coalesce(a.portal_cause, c.cause),
        a.from_night
    from added a
    left join cause c on c.pair = 'ministry_national' and c.dossier_id = a.dossier_id and c.kind = a.on_portal
    union all
    select m.dossier_id, m.presence, 0, 'ministry', m.ministry_record_id, 'undecided', m.agency_id, m.procedure_family,
        m.receipt_month, m.ministry_source_id, c.cause, m.from_night
    from ministry m
    left join cause c on c.pair = 'ministry_provincial' and c.dossier_id = m.dossier_id and c.kind = m.presence
    where m.presence = 'undetermined'
$$;
comment on function archive.bridge_entries(integer, date, boolean) is 'The signed entries of national minus provincial, or minus province and ministries, of a revision and night; each of its kinds is in mart.union_entry.';
