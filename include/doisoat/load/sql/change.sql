-- What the load of a night changed in the records held of a source before: counted in core, by what the source itself
-- states. Not a change of the source: a record in which only mapped values differ (our code maps or reference data
-- changed) or that was only touched; a record that is new here and was received after the last loaded pull is ordinary
-- growth.
with touched as (
    select
        record_id,
        from_night = %(night)s as is_new,
        coalesce(received_at, submitted_at) as moment,
        hash_record_extended(row(
            dossier_code, linked_codes, is_removed, has_digitised_parts, submitted_at, received_at, due_at, finished_at,
            returned_at, procedure_code, field_code, agency_code, agency_name, agency_ref, channel_code,
            status_code, online_payment_code
        ), 1) as stated
    from core.dossier_record
    where source_id = %(source_id)s and (from_night = %(night)s or to_night = %(night)s)
),
changed as (
    select
        before.record_id is not null as was_held,
        after.record_id is not null as is_held,
        after.moment,
        (before.stated is distinct from after.stated) as is_stated_otherwise
    from (select * from touched where not is_new) before
    full join (select * from touched where is_new) after using (record_id)
)
select
    (
        select count(*) from core.dossier_record
        where source_id = %(source_id)s and from_night < %(night)s and to_night >= %(night)s
    ) as known,
    count(*) filter (where not is_held) as ended,
    count(*) filter (where was_held and is_held and is_stated_otherwise) as updated,
    count(*) filter (where not was_held and coalesce(moment < %(since)s, true)) as inserted
from changed;
