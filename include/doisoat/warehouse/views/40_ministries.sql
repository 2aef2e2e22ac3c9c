create view mart.dim_source_owner as
select
    source_id,
    owner_name,
    valid_from,
    valid_to
from core.source_owner;
comment on view mart.dim_source_owner is 'Who runs a system, with dates. Grain: source, range of days.';
comment on column mart.dim_source_owner.source_id is 'The system.';
comment on column mart.dim_source_owner.owner_name is 'The public body, in Vietnamese.';
comment on column mart.dim_source_owner.valid_from is 'First day on which it ran the system.';
comment on column mart.dim_source_owner.valid_to is 'First day on which it no longer did.';

create view mart_history.fact_ministry_coverage as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    c.source_id,
    o.owner_name,
    c.agency_id,
    c.procedure_family,
    nullif(c.cell_month, 'infinity') as receipt_month,
    c.ministry_listed,
    c.matched_by_code,
    c.matched_by_time,
    c.counted_in_group,
    c.undetermined,
    c.ministry_only,
    c.pending,
    c.on_portal,
    c.portal_undetermined
from mart.night_revision n
join archive.any_ministry_cell c on c.archive_id = n.archive_id and c.from_night <= n.night and n.night < c.to_night
left join core.source_owner o on o.source_id = c.source_id and o.valid_from <= n.night and n.night < o.valid_to;

call pg_temp.show_standing('fact_ministry_coverage');
comment on view mart.fact_ministry_coverage is 'The dossiers of ministries'' systems by whether the province and the portal hold them. Grain: night, source, agency, procedure family, receipt month.';
comment on column mart.fact_ministry_coverage.night is 'The published night.';
comment on column mart.fact_ministry_coverage.is_latest is 'True for the night to read by default.';
comment on column mart.fact_ministry_coverage.source_id is 'The ministry''s system.';
comment on column mart.fact_ministry_coverage.owner_name is 'Who ran it on that night.';
comment on column mart.fact_ministry_coverage.agency_id is 'The agency at the receipt date, as the ministry states it, or unknown.';
comment on column mart.fact_ministry_coverage.procedure_family is 'The procedure family, or unknown.';
comment on column mart.fact_ministry_coverage.receipt_month is 'First day of the receipt month; null in the named cell "no receipt date".';
comment on column mart.fact_ministry_coverage.ministry_listed is 'Dossiers that the ministry''s system lists: the sum of the next five columns.';
comment on column mart.fact_ministry_coverage.matched_by_code is 'The province holds them under the same code or refers to their code.';
comment on column mart.fact_ministry_coverage.matched_by_time is 'The province holds one with the same agency, procedure family and receipt time to the second.';
comment on column mart.fact_ministry_coverage.counted_in_group is 'The province holds as many for that agency, family and day; no single pair is claimed.';
comment on column mart.fact_ministry_coverage.undetermined is 'The evidence does not say whether the province holds them.';
comment on column mart.fact_ministry_coverage.ministry_only is 'The province does not hold them: they are missing from its own count.';
comment on column mart.fact_ministry_coverage.pending is 'Of ministry_only, those that are not yet a gap.';
comment on column mart.fact_ministry_coverage.on_portal is 'Of all, those that the portal holds, by any evidence; null if the portal was never listed.';
comment on column mart.fact_ministry_coverage.portal_undetermined is 'Of all, those for which the evidence does not say whether the portal holds them.';

create view mart_history.fact_union as
select
    night,
    revision,
    is_standing,
    is_latest,
    agency_id,
    procedure_family,
    receipt_month,
    sum(provincial)::bigint as provincial_dossiers,
    sum(added)::bigint as added_by_ministries,
    sum(undetermined)::bigint as undetermined,
    sum(provincial + added)::bigint as union_at_least,
    sum(provincial + added + undetermined)::bigint as union_at_most
from (
    select
        night,
        revision,
        is_standing,
        is_latest,
        agency_id,
        procedure_family,
        receipt_month,
        matched + provincial_only as provincial,
        0 as added,
        0 as undetermined
    from mart_history.fact_sync_status
    union all
    select
        night,
        revision,
        is_standing,
        is_latest,
        agency_id,
        procedure_family,
        receipt_month,
        0,
        ministry_only,
        undetermined
    from mart_history.fact_ministry_coverage
) counted
group by 1, 2, 3, 4, 5, 6, 7;

call pg_temp.show_standing('fact_union');
comment on view mart.fact_union is 'Dossiers of the province and of the ministries'' systems, each counted once whoever holds it: a union of identities, not a sum. Grain: night, agency, procedure family, receipt month.';
comment on column mart.fact_union.night is 'The published night.';
comment on column mart.fact_union.is_latest is 'True for the night to read by default.';
comment on column mart.fact_union.agency_id is 'The agency at the receipt date, or unknown.';
comment on column mart.fact_union.procedure_family is 'The procedure family, or unknown.';
comment on column mart.fact_union.receipt_month is 'First day of the receipt month; null in the named cell "no receipt date".';
comment on column mart.fact_union.provincial_dossiers is 'Dossiers that the province holds.';
comment on column mart.fact_union.added_by_ministries is 'Dossiers that only a ministry''s system holds.';
comment on column mart.fact_union.undetermined is 'Dossiers of a ministry''s system for which the evidence does not say whether the province holds them.';
comment on column mart.fact_union.union_at_least is 'The union if the province holds all of the undetermined ones.';
comment on column mart.fact_union.union_at_most is 'The union if it holds none of them.';

create view mart_history.union_entry as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    e.dossier_id,
    e.entry_kind,
    e.sign,
    e.side,
    e.record_id,
    e.standing,
    e.agency_id,
    e.procedure_family,
    e.receipt_month,
    e.ministry_source_id,
    e.since_night,
    e.cause
from mart.night_revision n cross join lateral archive.bridge_entries(n.archive_id, n.night, true) e;

call pg_temp.show_standing('union_entry');
comment on view mart.union_entry is 'The signed entries of national minus province and ministries, each dossier counted once: the sum is mart.bridge.union_entries. Query it for one night at a time. Grain: night, dossier, kind, sign, record.';
comment on column mart.union_entry.night is 'The published night.';
comment on column mart.union_entry.is_latest is 'True for the night to read by default.';
comment on column mart.union_entry.dossier_id is 'The dossier.';
comment on column mart.union_entry.entry_kind is 'As in mart.ledger_entry; for dossiers that only a ministry''s system holds, not the province: ministry_on_portal (the portal has it in the same cell: 0), ministry_moved (in another cell: +1 there, -1 here), ministry_in_group (the portal has as many for that agency, family and day), ministry_only (the portal does not show it), ministry_undetermined (the evidence does not say); undetermined: not decided whether the province holds it (0, or -1 with the union at its largest).';
comment on column mart.union_entry.sign is '+1 on the national side, -1 on that of the province and the ministries, 0 on both or undecided.';
comment on column mart.union_entry.side is 'Whose record it is: national, provincial or ministry.';
comment on column mart.union_entry.record_id is 'The record that is counted.';
comment on column mart.union_entry.standing is 'gap, settled, undecided, or why it is not yet a gap.';
comment on column mart.union_entry.agency_id is 'The cell''s agency.';
comment on column mart.union_entry.procedure_family is 'The cell''s procedure family.';
comment on column mart.union_entry.receipt_month is 'The cell''s month; null in the named cell "no receipt date".';
comment on column mart.union_entry.ministry_source_id is 'The ministry''s system that lists the dossier; null if none does.';
comment on column mart.union_entry.since_night is 'First night of the entry.';
comment on column mart.union_entry.cause is 'Why (mart.dim_cause); null if nothing is missing, and for nights before causes were recorded.';

create view mart.catalogue_difference as
select
    source_id,
    catalogue,
    code,
    kind,
    code_there,
    name_there,
    name_here,
    from_night as since,
    to_night as until,
    to_night = 'infinity' as is_current
from recon.catalogue_difference;
comment on view mart.catalogue_difference is 'Where a source''s catalogue and the province''s own differ or differed. Grain: source, catalogue, code, range of days.';
comment on column mart.catalogue_difference.source_id is 'The source.';
comment on column mart.catalogue_difference.catalogue is 'procedure (compared by family), agency or field.';
comment on column mart.catalogue_difference.code is 'The code; for a procedure, its family.';
comment on column mart.catalogue_difference.kind is 'only_there, only_here, code_differs or name_differs.';
comment on column mart.catalogue_difference.code_there is 'The code as the source states it.';
comment on column mart.catalogue_difference.name_there is 'The source''s name.';
comment on column mart.catalogue_difference.name_here is 'The province''s name.';
comment on column mart.catalogue_difference.since is 'First day on which it was seen.';
comment on column mart.catalogue_difference.until is 'First day on which it no longer was; infinity while the difference exists.';
comment on column mart.catalogue_difference.is_current is 'Whether the difference still exists.';
