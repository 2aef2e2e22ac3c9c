create view mart_history.fact_sync_status as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    c.pair,
    c.agency_id,
    c.procedure_family,
    nullif(c.cell_month, 'infinity') as receipt_month,
    c.national_listed as national_listed_rows,
    c.provincial_listed as provincial_listed_rows,
    c.matched + c.provincial_only as provincial_dossiers,
    c.matched,
    c.matched_differing,
    c.national_only,
    c.provincial_only,
    c.pending
from mart.night_revision n
join archive.any_cell_status c on c.archive_id = n.archive_id and c.from_night <= n.night and n.night < c.to_night;

call pg_temp.show_standing('fact_sync_status');
comment on view mart.fact_sync_status is 'Sync status by cell. Grain: night, pair, agency, procedure family, receipt month.';
comment on column mart.fact_sync_status.night is 'The published night.';
comment on column mart.fact_sync_status.is_latest is 'True for the night to read by default.';
comment on column mart.fact_sync_status.pair is 'The two sides compared.';
comment on column mart.fact_sync_status.agency_id is 'The agency at the receipt date, or unknown.';
comment on column mart.fact_sync_status.procedure_family is 'The procedure family, or unknown.';
comment on column mart.fact_sync_status.receipt_month is 'First day of the receipt month; null in the named cell "no receipt date".';
comment on column mart.fact_sync_status.national_listed_rows is 'Rows that the portal lists in this cell.';
comment on column mart.fact_sync_status.provincial_listed_rows is 'Rows that the province lists, without removed ones.';
comment on column mart.fact_sync_status.provincial_dossiers is 'Dossiers that the province holds: matched and provincial_only.';
comment on column mart.fact_sync_status.matched is 'Dossiers of the province in this cell that the portal holds, in whichever cell.';
comment on column mart.fact_sync_status.matched_differing is 'Those of them with differing attributes.';
comment on column mart.fact_sync_status.national_only is 'Dossiers that only the portal holds.';
comment on column mart.fact_sync_status.provincial_only is 'Dossiers that only the province holds.';
comment on column mart.fact_sync_status.pending is 'Of both kinds, those that are not yet a gap.';

-- Rows and dossiers of each side; internal, for the facts and the bridge.
drop view if exists archive.any_holding;
create view archive.any_holding as
select
    night,
    revision,
    is_standing,
    is_latest,
    agency_id,
    procedure_family,
    channel,
    receipt_month,
    sum(national_rows)::bigint as national_listed_rows,
    sum(provincial_rows)::bigint as provincial_listed_rows,
    sum(national_dossiers)::bigint as national_dossiers,
    sum(provincial_dossiers)::bigint as provincial_dossiers
from (
    select
        n.night,
        n.revision,
        n.is_standing,
        n.is_latest,
        c.agency_id,
        c.procedure_family,
        c.channel,
        nullif(c.cell_month, 'infinity') as receipt_month,
        c.portal_rows as national_rows,
        c.provincial as provincial_rows,
        c.portal as national_dossiers,
        c.provincial as provincial_dossiers
    from mart.night_revision n
    join archive.any_indicator_cell c
        on c.archive_id = n.archive_id and c.from_night <= n.night and n.night < c.to_night
        and c.source_id = '' and c.portal_rows + c.provincial > 0
    union all
    -- a row of the province that repeats a dossier, by the row's own channel
    select
        n.night,
        n.revision,
        n.is_standing,
        n.is_latest,
        e.agency_id,
        e.procedure_family,
        coalesce(r.channel, 'unknown'),
        e.receipt_month,
        0,
        1,
        0,
        0
    from mart.night_revision n
    join archive.any_ledger_entry e
        on e.archive_id = n.archive_id and e.from_night <= n.night and n.night < e.to_night
        and e.pair = 'national_provincial' and e.entry_kind = 'extra_provincial_row'
    left join core.dossier_record r
        on r.source_id = split_part(e.record_id, ':', 1)
        and r.record_id = substr(e.record_id, strpos(e.record_id, ':') + 1)
        and r.from_night <= n.night and n.night < r.to_night
) counted
group by 1, 2, 3, 4, 5, 6, 7, 8;
comment on view archive.any_holding is 'What each side lists and holds by cell, of every published revision; mart.fact_holding shows it. Grain: night, revision, agency, procedure family, channel, receipt month.';

create view mart_history.fact_holding as
select
    h.night,
    h.revision,
    h.is_standing,
    h.is_latest,
    h.agency_id,
    coalesce(o.owner_id, 'unknown') as owner_id,
    h.procedure_family,
    h.channel,
    h.receipt_month,
    h.national_listed_rows,
    h.provincial_listed_rows,
    h.national_dossiers,
    h.provincial_dossiers
from archive.any_holding h
left join mart.agency_owner o on o.agency_id = h.agency_id and o.from_night <= h.night and h.night < o.to_night;

call pg_temp.show_standing('fact_holding');
comment on view mart.fact_holding is 'What the portal and the province list and hold, each by its own agency, procedure, channel and month: the first question, "how many more does the portal show". Every number is a sum. Grain: night, agency, procedure family, channel, receipt month.';
comment on column mart.fact_holding.night is 'The published night.';
comment on column mart.fact_holding.is_latest is 'True for the night to read by default.';
comment on column mart.fact_holding.agency_id is 'The agency at the receipt date, or unknown.';
comment on column mart.fact_holding.owner_id is 'Who acts for it on that night (mart.agency_owner).';
comment on column mart.fact_holding.procedure_family is 'The procedure family, or unknown.';
comment on column mart.fact_holding.channel is 'direct, online, post or unknown.';
comment on column mart.fact_holding.receipt_month is 'First day of the receipt month; null in the named cell "no receipt date".';
comment on column mart.fact_holding.national_listed_rows is 'Rows that the portal lists, with those that repeat a dossier.';
comment on column mart.fact_holding.provincial_listed_rows is 'Rows that the province lists, likewise, without removed ones.';
comment on column mart.fact_holding.national_dossiers is 'Dossiers that the portal lists, each once.';
comment on column mart.fact_holding.provincial_dossiers is 'Dossiers that the province lists, each once.';
