-- The landing in our terms: agencies, families and codes resolved, with a fingerprint over everything stated or mapped.
-- What could not be read is unknown, and not in the fingerprint: merge.sql compares it.
-- A source's own names for kinds of dossiers and units are mapped as of the receipt date; its other codes as of
-- tonight. An empty channel may have a meaning ("" in the code map), but not in a listing without that column.
create unlogged table raw.landing_record as
select
    l.key as record_id,
    l.dossier_code,
    l.linked_codes,
    coalesce(t.successor_id, u.agency_id, a.agency_id, 'unknown') as agency_id,
    core.procedure_family(coalesce(f.value, l.procedure_code)) as procedure_family,
    l.receipt_date,
    coalesce(date_trunc('month', l.receipt_date)::date, case when 'received_at' = any(l.unread) then l.asked_month end)
        as receipt_month,
    s.value as status,
    c.value as channel,
    p.value as online_payment,
    l.is_removed,
    l.has_digitised_parts,
    l.submitted_at,
    l.received_at,
    l.due_at,
    l.finished_at,
    l.returned_at,
    l.updated_at,
    l.procedure_code,
    l.field_code,
    l.agency_code,
    l.agency_name,
    l.agency_ref,
    l.channel_code,
    l.status_code,
    l.online_payment_code,
    l.unread,
    hash_record_extended(row(
        l.dossier_code,
        l.linked_codes,
        coalesce(t.successor_id, u.agency_id, a.agency_id, 'unknown'),
        f.value,
        s.value,
        c.value,
        p.value,
        l.is_removed, l.has_digitised_parts, l.submitted_at, l.received_at, l.due_at, l.finished_at, l.returned_at,
        l.updated_at, l.procedure_code, l.field_code, l.agency_code, l.agency_name, l.agency_ref, l.channel_code,
        l.status_code, l.online_payment_code
    ), 1) as fingerprint
from (
    select
        *,
        (received_at at time zone %(timezone)s)::date as receipt_date
    from raw.landing_keyed
    offset 0  -- else it is worked out again wherever it stands
) l
left join raw.landing_agency a
    on a.agency_code = coalesce(l.agency_code, '')
    and a.agency_name = coalesce(l.agency_name, '')
    and a.prefix = coalesce(split_part(l.dossier_code, '-', 1), '')
    and a.epoch = width_bucket(coalesce(l.receipt_date, %(night)s), %(epochs)s::date[])
left join core.code_map f
    on f.source_id = %(source_id)s and f.kind = 'procedure' and f.source_value = l.procedure_code
    and f.valid_from <= coalesce(l.receipt_date, %(night)s) and coalesce(l.receipt_date, %(night)s) < f.valid_to
left join raw.mapped_agency u
    on u.source_value = l.agency_code
    and u.valid_from <= coalesce(l.receipt_date, %(night)s) and coalesce(l.receipt_date, %(night)s) < u.valid_to
left join raw.landing_successor t
    on t.agency_id = coalesce(u.agency_id, a.agency_id)
    and t.prefix = coalesce(split_part(l.dossier_code, '-', 1), '')
    and t.epoch = width_bucket(coalesce(l.receipt_date, %(night)s), %(epochs)s::date[])
left join core.code_map s
    on s.source_id = %(source_id)s and s.kind = 'status' and s.source_value = l.status_code
    and s.valid_from <= %(night)s and %(night)s < s.valid_to
left join core.code_map c
    on c.source_id = %(source_id)s and c.kind = 'channel'
    and c.source_value
    = coalesce(
        l.channel_code,
        case when %(states_channel)s and ('channel_code' = any(l.unread)) is not true then '' end
    )
    and c.valid_from <= %(night)s and %(night)s < c.valid_to
left join
    core.code_map p on p.source_id = %(source_id)s and p.kind = 'online_payment'
and p.source_value = l.online_payment_code and p.valid_from <= %(night)s and %(night)s < p.valid_to;
analyze raw.landing_record;
