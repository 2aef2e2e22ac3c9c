-- One row per record. A source with its own keys repeats a record when a page shifts: the latest version counts.
-- A source without keys (a file) shows one row per dossier: extra rows of a code are separate records, code#2, ...
create unlogged table raw.landing_repeat as
select coalesce(record_id, dossier_code) as key
from raw.landing
where is_identified
group by 1
having count(*) > 1 or coalesce(record_id, dossier_code) is null;

analyze raw.landing_repeat;

create view raw.landing_keyed as
select
    coalesce(l.record_id, l.dossier_code) as key,
    l.*
from raw.landing l
where l.is_identified and coalesce(l.record_id, l.dossier_code) is not null
    and not exists (select from raw.landing_repeat r where r.key = coalesce(l.record_id, l.dossier_code))
union all
select
    case when %(is_keyed_by_code)s and dossier_code is null then 'no-code#' || content
        when rank_in_key = 1 then coalesce(record_id, dossier_code)
        else coalesce(record_id, dossier_code) || '#' || rank_in_key
    end,
    record_id,
    dossier_code,
    linked_codes,
    procedure_code,
    field_code,
    agency_code,
    agency_name,
    agency_ref,
    parent_agency_code,
    agency_level,
    channel_code,
    status_code,
    online_payment_code,
    submitted_at,
    received_at,
    due_at,
    finished_at,
    returned_at,
    updated_at,
    has_digitised_parts,
    is_removed,
    unread,
    position,
    asked_month,
    is_identified
from (
    select
        l.*,
        md5(l::text) || '-' || row_number() over (partition by l::text) as content,
        row_number() over (
            partition by coalesce(l.record_id, l.dossier_code)
            order by l.updated_at desc nulls last, l.unread nulls first, l.asked_month, l::text
        ) as rank_in_key
    from raw.landing l
    where l.is_identified and (
            coalesce(l.record_id, l.dossier_code) is null
            or coalesce(l.record_id, l.dossier_code) in (select key from raw.landing_repeat)
        )
) ranked
where %(is_keyed_by_code)s or rank_in_key = 1;

-- The distinct combinations of stated agency, issuer of the code and era: a few hundred rows represent all records.
create unlogged table raw.landing_stated as
select
    agency_code,
    agency_name,
    agency_ref,
    parent_agency_code,
    agency_level,
    split_part(dossier_code, '-', 1) as prefix,
    width_bucket(coalesce((received_at at time zone %(timezone)s)::date, %(night)s), %(epochs)s::date[]) as epoch,
    count(*) as rows
from raw.landing
group by 1, 2, 3, 4, 5, 6, 7;
analyze raw.landing_stated;
