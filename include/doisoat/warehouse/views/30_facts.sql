create view mart.fact_sync_status_revision as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    c.pair,
    c.agency_id,
    c.procedure_family,
    nullif(c.cell_month, 'infinity') as receipt_month,
    c.national_listed,
    c.provincial_listed,
    c.matched,
    c.matched_differing,
    c.national_only,
    c.provincial_only,
    c.pending
from mart.night_revision n
join archive.any_cell_status c on c.archive_id = n.archive_id and c.from_night <= n.night and n.night < c.to_night;

create view mart.fact_sync_status as
select
    night,
    is_latest,
    pair,
    agency_id,
    procedure_family,
    receipt_month,
    national_listed,
    provincial_listed,
    matched,
    matched_differing,
    national_only,
    provincial_only,
    pending
from mart.fact_sync_status_revision where is_standing;
comment on view mart.fact_sync_status is 'Sync status by cell. Grain: night, pair, agency, procedure family, receipt month.';
comment on column mart.fact_sync_status.night is 'The published night.';
comment on column mart.fact_sync_status.is_latest is 'True for the night to read by default.';
comment on column mart.fact_sync_status.pair is 'The two sides compared.';
comment on column mart.fact_sync_status.agency_id is 'The agency at the receipt date, or unknown.';
comment on column mart.fact_sync_status.procedure_family is 'The procedure family, or unknown.';
comment on column mart.fact_sync_status.receipt_month is 'First day of the receipt month; null in the named cell "no receipt date".';
comment on column mart.fact_sync_status.national_listed is 'Rows on the national side.';
comment on column mart.fact_sync_status.provincial_listed is 'Rows on the provincial side.';
comment on column mart.fact_sync_status.matched is 'Dossiers of the province in this cell that the portal holds, in whichever cell.';
comment on column mart.fact_sync_status.matched_differing is 'Those of them with differing attributes.';
comment on column mart.fact_sync_status.national_only is 'Dossiers that only the portal holds.';
comment on column mart.fact_sync_status.provincial_only is 'Dossiers that only the province holds.';
comment on column mart.fact_sync_status.pending is 'Of both kinds, those that are not yet a gap.';

create view mart.ledger_revision as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    c.pair,
    c.grain,
    nullif(c.agency_id, '') as agency_id,
    case when isfinite(c.cell_month) then c.cell_month end as receipt_month,
    c.national_declared,
    c.national_declared_by,
    c.provincial_declared,
    c.provincial_declared_by,
    c.national_listed,
    c.provincial_listed,
    c.entries,
    c.added_by_ministries,
    c.undetermined,
    c.union_entries
from mart.night_revision n join archive.any_ledger_cell c on c.archive_id = n.archive_id and c.night = n.night;

create view mart.ledger as
select
    night,
    is_latest,
    pair,
    grain,
    agency_id,
    receipt_month,
    national_declared,
    national_declared_by,
    provincial_declared,
    provincial_declared_by,
    national_listed,
    provincial_listed,
    entries,
    added_by_ministries,
    undetermined,
    union_entries
from mart.ledger_revision where is_standing;
comment on view mart.ledger is 'The bridge: national declared - provincial declared = entries + (national declared - listed) - (provincial declared - listed); with the ministries: national - provincial - added_by_ministries = union_entries + the same two. Grain: night, pair, grain, agency, month.';
comment on column mart.ledger.night is 'The published night.';
comment on column mart.ledger.is_latest is 'True for the night to read by default.';
comment on column mart.ledger.pair is 'The two sides.';
comment on column mart.ledger.grain is 'whole, month, undated or agency_month.';
comment on column mart.ledger.agency_id is 'The agency, if the grain has one.';
comment on column mart.ledger.receipt_month is 'The month, if the grain has one.';
comment on column mart.ledger.national_declared is 'Declared by a national source; null if none states this grain.';
comment on column mart.ledger.national_declared_by is 'Which source and measure.';
comment on column mart.ledger.provincial_declared is 'Declared by a provincial source; null if none states this grain.';
comment on column mart.ledger.provincial_declared_by is 'Which source and measure.';
comment on column mart.ledger.national_listed is 'National rows counted.';
comment on column mart.ledger.provincial_listed is 'Provincial rows counted.';
comment on column mart.ledger.entries is 'Sum of the signed ledger entries.';
comment on column mart.ledger.added_by_ministries is 'Dossiers that only ministries'' systems hold, not the province; null for nights before this was recorded.';
comment on column mart.ledger.undetermined is 'Dossiers of ministries'' systems for which the evidence does not say whether the province holds them: the union may be larger by up to as many.';
comment on column mart.ledger.union_entries is 'Sum of the signed entries of national minus province and ministries (mart.union_entry), with the union at its smallest.';

create view mart.ledger_entry_revision as
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

create view mart.ledger_entry as
select
    night,
    is_latest,
    pair,
    dossier_id,
    entry_kind,
    sign,
    record_id,
    standing,
    agency_id,
    procedure_family,
    receipt_month,
    since_night,
    cause
from mart.ledger_entry_revision where is_standing;
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
