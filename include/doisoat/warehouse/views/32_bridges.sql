-- Counting dossiers reads every cell of the night: where a query asks for none of those columns the planner leaves that
-- join out.
create view mart_history.bridge as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    c.national_declared,
    c.national_declared_by,
    c.provincial_declared,
    c.provincial_declared_by,
    c.national_declared - c.provincial_declared as difference_declared,
    c.national_listed as national_listed_rows,
    c.provincial_listed as provincial_listed_rows,
    c.national_listed - c.provincial_listed as difference_listed_rows,
    coalesce(h.national_dossiers, 0) as national_dossiers,
    coalesce(h.provincial_dossiers, 0) as provincial_dossiers,
    coalesce(h.national_dossiers, 0) - coalesce(h.provincial_dossiers, 0) as difference_dossiers,
    c.entries,
    c.added_by_ministries,
    c.undetermined,
    c.union_entries
from mart.night_revision n
join archive.any_ledger_cell c
    on c.archive_id = n.archive_id and c.night = n.night and c.pair = 'national_provincial' and c.grain = 'whole'
left join lateral (
    select
        sum(f.national_dossiers)::bigint as national_dossiers,
        sum(f.provincial_dossiers)::bigint as provincial_dossiers
    from archive.any_holding f
    where f.night = n.night and f.revision = n.revision
) h on true;

call pg_temp.show_standing('bridge');
comment on view mart.bridge is 'The bridge of the whole province: national declared - provincial declared = entries + (national declared - listed rows) - (provincial declared - listed rows); with the ministries: national - provincial - added_by_ministries = union_entries + the same two. Grain: night.';
comment on column mart.bridge.night is 'The published night.';
comment on column mart.bridge.is_latest is 'True for the night to read by default.';
comment on column mart.bridge.national_declared is 'Declared by a national source; null if none declares this.';
comment on column mart.bridge.national_declared_by is 'Which source and measure.';
comment on column mart.bridge.provincial_declared is 'Declared by a provincial source; null if none declares this.';
comment on column mart.bridge.provincial_declared_by is 'Which source and measure.';
comment on column mart.bridge.difference_declared is 'National minus provincial, as declared; null if a side declares nothing.';
comment on column mart.bridge.national_listed_rows is 'Rows that the portal lists, with those that repeat a dossier.';
comment on column mart.bridge.provincial_listed_rows is 'Rows that the province lists, likewise, without removed ones.';
comment on column mart.bridge.difference_listed_rows is 'National minus provincial, in listed rows: the sum of the entries.';
comment on column mart.bridge.national_dossiers is 'Dossiers that the portal lists, each once.';
comment on column mart.bridge.provincial_dossiers is 'Dossiers that the province lists, each once.';
comment on column mart.bridge.difference_dossiers is 'National minus provincial, in dossiers.';
comment on column mart.bridge.entries is 'Sum of the signed entries of mart.ledger_entry.';
comment on column mart.bridge.added_by_ministries is 'Dossiers that only ministries'' systems hold, not the province; null for nights before this was recorded.';
comment on column mart.bridge.undetermined is 'Dossiers of ministries'' systems for which the evidence does not say whether the province holds them: the union may be larger by up to as many.';
comment on column mart.bridge.union_entries is 'Sum of the signed entries of national minus province and ministries (mart.union_entry), with the union at its smallest.';

create view mart_history.bridge_month as
select
    night,
    revision,
    is_standing,
    is_latest,
    receipt_month,
    national_declared,
    national_declared_by,
    provincial_declared,
    provincial_declared_by,
    national_declared - provincial_declared as difference_declared,
    national_listed_rows,
    provincial_listed_rows,
    national_listed_rows - provincial_listed_rows as difference_listed_rows,
    national_dossiers,
    provincial_dossiers,
    national_dossiers - provincial_dossiers as difference_dossiers,
    entries,
    added_by_ministries,
    undetermined,
    union_entries
from (
    select
        night,
        revision,
        is_standing,
        is_latest,
        receipt_month,
        max(national_declared) as national_declared,
        max(national_declared_by) as national_declared_by,
        max(provincial_declared) as provincial_declared,
        max(provincial_declared_by) as provincial_declared_by,
        max(national_listed_rows) as national_listed_rows,
        max(provincial_listed_rows) as provincial_listed_rows,
        sum(national_dossiers)::bigint as national_dossiers,
        sum(provincial_dossiers)::bigint as provincial_dossiers,
        max(entries) as entries,
        max(added_by_ministries) as added_by_ministries,
        max(undetermined) as undetermined,
        max(union_entries) as union_entries
    from (
        select
            n.night,
            n.revision,
            n.is_standing,
            n.is_latest,
            case when isfinite(c.cell_month) then c.cell_month end as receipt_month,
            c.national_declared,
            c.national_declared_by,
            c.provincial_declared,
            c.provincial_declared_by,
            c.national_listed as national_listed_rows,
            c.provincial_listed as provincial_listed_rows,
            0 as national_dossiers,
            0 as provincial_dossiers,
            c.entries,
            c.added_by_ministries,
            c.undetermined,
            c.union_entries
        from mart.night_revision n
        join archive.any_ledger_cell c
            on c.archive_id = n.archive_id and c.night = n.night and c.pair = 'national_provincial'
            and c.grain in ('month', 'undated')
        union all
        select
            night,
            revision,
            is_standing,
            is_latest,
            receipt_month,
            null,
            null,
            null,
            null,
            null,
            null,
            national_dossiers,
            provincial_dossiers,
            null,
            null,
            null,
            null
        from archive.any_holding
    ) term
    group by 1, 2, 3, 4, 5
) bridge;

call pg_temp.show_standing('bridge_month');
comment on view mart.bridge_month is 'The bridge by receipt month: national declared - provincial declared = entries + (national declared - listed rows) - (provincial declared - listed rows); with the ministries: national - provincial - added_by_ministries = union_entries + the same two. Over all rows of a night, rows, dossiers and entries sum to those of mart.bridge. Grain: night, receipt month.';
comment on column mart.bridge_month.receipt_month is 'First day of the receipt month; null in the named cell "no receipt date".';

create view mart_history.bridge_agency_month as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    c.agency_id,
    c.cell_month as receipt_month,
    c.national_declared,
    c.national_declared_by,
    c.provincial_declared,
    c.provincial_declared_by,
    c.national_declared - c.provincial_declared as difference_declared,
    c.national_listed as national_listed_rows,
    c.provincial_listed as provincial_listed_rows,
    c.national_listed - c.provincial_listed as difference_listed_rows,
    c.entries,
    c.added_by_ministries,
    c.undetermined,
    c.union_entries
from mart.night_revision n
join archive.any_ledger_cell c
    on c.archive_id = n.archive_id and c.night = n.night and c.pair = 'national_provincial'
    and c.grain = 'agency_month';

call pg_temp.show_standing('bridge_agency_month');
comment on view mart.bridge_agency_month is 'The bridge of the agencies and months that a source declares, and no others: national declared - provincial declared = entries + (national declared - listed rows) - (provincial declared - listed rows); with the ministries: national - provincial - added_by_ministries = union_entries + the same two. Rows and dossiers of every agency are in mart.fact_holding. Grain: night, agency, receipt month.';
comment on column mart.bridge_agency_month.agency_id is 'The agency; where its source says so, with all below it.';
comment on column mart.bridge_agency_month.receipt_month is 'First day of the receipt month; null in the named cell "no receipt date".';

create view mart_history.ledger_entry as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    e.pair,
    e.dossier_id,
    e.entry_kind,
    e.sign,
    e.record_id,
    e.standing,
    e.agency_id,
    e.procedure_family,
    e.receipt_month,
    e.from_night as since_night,
    c.cause
from mart.night_revision n
join archive.any_ledger_entry e on e.archive_id = n.archive_id and e.from_night <= n.night and n.night < e.to_night
left join
    archive.any_cause c on c.archive_id = n.archive_id and c.pair = e.pair and c.dossier_id = e.dossier_id
and c.kind = e.entry_kind and c.detail = case when e.entry_kind like 'extra%' then e.record_id else '' end
and c.from_night <= n.night and n.night < c.to_night;

call pg_temp.show_standing('ledger_entry');
comment on view mart.ledger_entry is 'The signed entries of the bridge. Grain: night, pair, dossier, kind, sign, record.';
comment on column mart.ledger_entry.night is 'The published night.';
comment on column mart.ledger_entry.is_latest is 'True for the night to read by default.';
comment on column mart.ledger_entry.pair is 'The two sides.';
comment on column mart.ledger_entry.dossier_id is 'The dossier.';
comment on column mart.ledger_entry.entry_kind is 'Why it counts: national_only, provincial_only, moved, extra row.';
comment on column mart.ledger_entry.sign is '+1 on the national side, -1 on the provincial side.';
comment on column mart.ledger_entry.record_id is 'The record that is counted.';
comment on column mart.ledger_entry.standing is 'gap, settled (moved), or why it is not yet a gap.';
comment on column mart.ledger_entry.agency_id is 'The cell''s agency.';
comment on column mart.ledger_entry.procedure_family is 'The cell''s procedure family.';
comment on column mart.ledger_entry.receipt_month is 'The cell''s month.';
comment on column mart.ledger_entry.since_night is 'First night of the entry.';
comment on column mart.ledger_entry.cause is 'Why (mart.dim_cause); for a moved dossier, the cause of the attribute that moves it. Null for nights before causes were recorded.';
