-- Counts by cell. Listed rows are counted in core, everything else from the few rows that differ.
create temporary table cell_status_tonight on commit drop as
with listed as (
    select
        agency_id,
        procedure_family,
        receipt_month,
        coalesce(sum(ranked_rows) filter (where source_id = any(%(national_sources)s)), 0) as national_listed,
        coalesce(sum(ranked_rows) filter (where source_id = any(%(provincial_sources)s)), 0) as provincial_listed,
        coalesce(sum(dossiers) filter (where source_id = any(%(provincial_sources)s)), 0) as provincial_dossiers
    from raw.listed
    where ranked_rows > 0
    group by 1, 2, 3
),
differing as (
    select
        e.agency_id,
        e.procedure_family,
        e.receipt_month,
        count(*) filter (where e.entry_kind = 'national_only') as national_only,
        count(*) filter (where e.entry_kind = 'provincial_only') as provincial_only,
        count(*) filter (where e.entry_kind in ('national_only', 'provincial_only') and e.standing <> 'gap') as pending
    from ledger_entry_tonight e
    group by 1, 2, 3
),
matched_differing as (
    select
        o.provincial_agency_id as agency_id,
        o.provincial_procedure_family as procedure_family,
        o.provincial_receipt_month as receipt_month,
        count(*) as matched_differing
    from raw.outcome o
    where o.is_provincial and o.is_national
        and exists (select from difference_tonight d where d.dossier_id = o.dossier_id)
    group by 1, 2, 3
)
select
    %(pair)s as pair,
    l.agency_id,
    l.procedure_family,
    coalesce(l.receipt_month, 'infinity') as cell_month,
    l.national_listed,
    l.provincial_listed,
    l.provincial_dossiers - coalesce(d.provincial_only, 0) as matched,
    coalesce(m.matched_differing, 0) as matched_differing,
    coalesce(d.national_only, 0) as national_only,
    coalesce(d.provincial_only, 0) as provincial_only,
    coalesce(d.pending, 0) as pending
from listed l
left join differing d
    on d.agency_id = l.agency_id and d.procedure_family = l.procedure_family
    and coalesce(d.receipt_month, 'infinity') = coalesce(l.receipt_month, 'infinity')
left join
    matched_differing m on m.agency_id = l.agency_id and m.procedure_family = l.procedure_family
and coalesce(m.receipt_month, 'infinity') = coalesce(l.receipt_month, 'infinity');
analyze cell_status_tonight;
