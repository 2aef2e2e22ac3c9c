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

create view mart.fact_sync_gap_revision as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    f.pair,
    f.dossier_id,
    case when f.is_difference then 'difference' else f.kind end as gap_kind,
    case when f.is_difference then f.kind else f.detail end as attribute,
    f.standing,
    f.evidence,
    f.since_night,
    f.national_value,
    f.provincial_value,
    f.ministry_value,
    f.national_record_id,
    f.provincial_record_id,
    f.ministry_record_id,
    f.ministry_source_id,
    f.agency_id,
    f.procedure_family,
    f.receipt_date,
    f.is_removed_provincially,
    f.cause,
    f.basis,
    f.next_review_on
from mart.night_revision n
join (
    select
        *,
        kind not in (
            'national_only', 'provincial_only', 'ministry_only', 'undetermined', 'extra_national_row',
            'extra_provincial_row'
        ) as is_difference
    from archive.any_finding
) f on f.archive_id = n.archive_id and f.from_night <= n.night and n.night < f.to_night;

create view mart.fact_sync_gap as
select
    night,
    is_latest,
    pair,
    dossier_id,
    gap_kind,
    attribute,
    standing,
    evidence,
    since_night,
    national_value,
    provincial_value,
    ministry_value,
    national_record_id,
    provincial_record_id,
    ministry_record_id,
    ministry_source_id,
    agency_id,
    procedure_family,
    receipt_date,
    is_removed_provincially,
    cause,
    basis,
    next_review_on
from mart.fact_sync_gap_revision where is_standing;
comment on view mart.fact_sync_gap is 'The differences, dossier by dossier. Grain: night, pair, dossier, kind, attribute.';
comment on column mart.fact_sync_gap.night is 'The published night.';
comment on column mart.fact_sync_gap.is_latest is 'True for the night to read by default.';
comment on column mart.fact_sync_gap.pair is 'national_provincial, ministry_provincial or ministry_national.';
comment on column mart.fact_sync_gap.dossier_id is 'The dossier: the first of its codes in sort order.';
comment on column mart.fact_sync_gap.gap_kind is 'national_only, provincial_only, ministry_only, undetermined, difference, extra_national_row or extra_provincial_row.';
comment on column mart.fact_sync_gap.evidence is 'What the presence is based on: listed, looked_up, receipt_time or counted_in_group.';
comment on column mart.fact_sync_gap.ministry_value is 'What the ministry''s system says.';
comment on column mart.fact_sync_gap.ministry_record_id is 'The ministry''s record.';
comment on column mart.fact_sync_gap.ministry_source_id is 'The ministry''s system it comes from.';
comment on column mart.fact_sync_gap.attribute is 'For a difference: which attribute. For an extra row: its record.';
comment on column mart.fact_sync_gap.standing is 'gap, or why it is not a gap: pending, not_yet_observable, incomplete, undecided.';
comment on column mart.fact_sync_gap.since_night is 'First night on which it was exactly like this.';
comment on column mart.fact_sync_gap.national_value is 'What the portal says.';
comment on column mart.fact_sync_gap.provincial_value is 'What the province says.';
comment on column mart.fact_sync_gap.national_record_id is 'The national record.';
comment on column mart.fact_sync_gap.provincial_record_id is 'The provincial record.';
comment on column mart.fact_sync_gap.agency_id is 'The agency at the receipt date; for an extra row of a dossier that is otherwise alike, the row''s own.';
comment on column mart.fact_sync_gap.procedure_family is 'The procedure family.';
comment on column mart.fact_sync_gap.receipt_date is 'The receipt date.';
comment on column mart.fact_sync_gap.is_removed_provincially is 'The province still shows a removed record of it.';
comment on column mart.fact_sync_gap.cause is 'Why (mart.dim_cause); null for nights before causes were recorded.';
comment on column mart.fact_sync_gap.basis is 'The evidence for the cause: codes, records, statuses, times and counts.';
comment on column mart.fact_sync_gap.next_review_on is 'The first night on which it is a gap if nothing else changes and both sides are completely known by then; null if time alone changes nothing.';

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
