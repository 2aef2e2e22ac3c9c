-- Ranges of nights: a changed record's range ends tonight and a new one starts; an unchanged one is not touched.
create temporary table changed on commit drop as
select c.record_id
from core.dossier_record c
join raw.landing_record n using (record_id)
where c.source_id = %(source_id)s and c.to_night = 'infinity'
    and (
        c.fingerprint <> n.fingerprint
        or (
            c.dossier_code, c.linked_codes, c.agency_id, c.procedure_family, c.receipt_date, c.status, c.channel,
            c.online_payment,
            c.is_removed,
            c.has_digitised_parts,
            c.submitted_at,
            c.received_at,
            c.due_at,
            c.finished_at,
            c.returned_at, c.updated_at, c.procedure_code, c.field_code, c.agency_code, c.agency_name, c.agency_ref,
            c.channel_code, c.status_code, c.online_payment_code, c.receipt_month, c.unread
        )
        is distinct from
        (
            n.dossier_code, n.linked_codes, n.agency_id, n.procedure_family, n.receipt_date, n.status, n.channel,
            n.online_payment,
            n.is_removed,
            n.has_digitised_parts,
            n.submitted_at,
            n.received_at,
            n.due_at,
            n.finished_at,
            n.returned_at, n.updated_at, n.procedure_code, n.field_code, n.agency_code, n.agency_name, n.agency_ref,
            n.channel_code, n.status_code, n.online_payment_code, n.receipt_month, n.unread
        )
    );
analyze changed;

-- The codes that the record refers to, and its own earlier codes: links are only ever added.
insert into core.identity_link (source_id, record_id, code, other_code, link_kind, first_night)
select
    %(source_id)s,
    n.record_id,
    coalesce(n.dossier_code, %(source_id)s || ':' || n.record_id),
    other.code,
    'named',
    %(night)s
from raw.landing_record n cross join lateral unnest(n.linked_codes) as other (code)
where n.linked_codes <> '{}' and other.code is distinct from n.dossier_code
union
select
    %(source_id)s,
    n.record_id,
    coalesce(n.dossier_code, %(source_id)s || ':' || n.record_id),
    coalesce(c.dossier_code, %(source_id)s || ':' || n.record_id),
    'renamed',
    %(night)s
from changed
join raw.landing_record n using (record_id)
join core.dossier_record c on c.source_id = %(source_id)s and c.record_id = n.record_id and c.to_night = 'infinity'
where n.dossier_code is distinct from c.dossier_code
-- in key order: an index grows fastest in its own order; and of two kinds of the same link always the same one is kept
order by 2, 3, 4, 5
on conflict do nothing;

update core.dossier_record c set to_night = %(night)s
from changed
where c.source_id = %(source_id)s and c.record_id = changed.record_id and c.to_night = 'infinity';

-- What begins tonight: new records, and changed ones.
create temporary table begun on commit drop as
select
    n.record_id,
    coalesce(n.dossier_code, %(source_id)s || ':' || n.record_id) as code
from raw.landing_record n
where not exists (
        select from core.dossier_record c
        where c.source_id = %(source_id)s and c.record_id = n.record_id and c.to_night = 'infinity'
    );
analyze begun;

-- Its likely dossier_id, from the links known so far; identify.sql decides.
create temporary table likely on commit drop as
select
    code,
    min(least(code collate "C", other_code)) as dossier_id
from (
    select
        code,
        other_code
    from core.identity_link where code in (select code from begun)
    union all
    select
        other_code,
        code
    from core.identity_link where other_code in (select code from begun)
) link
group by code;
analyze likely;

insert into core.dossier_record (
    source_id,
    record_id,
    from_night,
    dossier_id,
    duplicate_rank,
    dossier_code,
    linked_codes,
    agency_id,
    procedure_family,
    receipt_date, receipt_month, status, channel, online_payment, is_removed, has_digitised_parts, submitted_at,
    received_at, due_at, finished_at, returned_at, updated_at, procedure_code, field_code, agency_code, agency_name,
    agency_ref, channel_code, status_code, online_payment_code, fingerprint, unread
)
select
    %(source_id)s,
    n.record_id,
    %(night)s,
    coalesce(likely.dossier_id, n.dossier_code, %(source_id)s || ':' || n.record_id),
    case when n.is_removed then 0 else 1 end,
    n.dossier_code,
    n.linked_codes,
    n.agency_id,
    n.procedure_family,
    n.receipt_date,
    n.receipt_month,
    n.status,
    n.channel,
    n.online_payment,
    n.is_removed,
    n.has_digitised_parts,
    n.submitted_at,
    n.received_at,
    n.due_at,
    n.finished_at,
    n.returned_at,
    n.updated_at,
    n.procedure_code,
    n.field_code,
    n.agency_code,
    n.agency_name,
    n.agency_ref,
    n.channel_code,
    n.status_code,
    n.online_payment_code,
    n.fingerprint,
    n.unread
from raw.landing_record n
join begun using (record_id)
left join likely using (code)
order by n.record_id;  -- in key order
