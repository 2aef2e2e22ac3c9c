-- How many dossiers count in which numerator because a gap of theirs was resolved in the nights since %(since)s: those
-- that the portal shows now, by month of receipt. Each dossier once an indicator, whatever was repaired of it.
create temporary table repaired_since on commit drop as
with resolved as (
    select distinct
        dossier_id,
        unnest(
            case
                when pair = 'national_provincial' and kind = 'provincial_only' and cause = 'imported_from_ministry'
                    then '{sync_own,sync_status}'::text[]
                when pair = 'national_provincial' and kind = 'provincial_only'
                    then '{sync_received,sync_status,sync_own,sync_corrected}'::text[]
                when pair = 'ministry_national' and kind = 'ministry_only'
                    then '{sync_received,sync_corrected}'::text[]
                when pair = 'national_provincial' and kind = 'status' then '{sync_status}'::text[]
            end
        ) as indicator
    from recon.gap_event
    where night > %(since)s and night <= %(night)s and event = 'resolved' and how in ('synced', 'corrected')
)
select
    e.indicator,
    e.dossier_id,
    min(r.receipt_month) as month
from resolved e
join core.dossier_record r on r.dossier_id = e.dossier_id and r.to_night = 'infinity' and r.receipt_month is not null
group by 1, 2;
analyze repaired_since;
