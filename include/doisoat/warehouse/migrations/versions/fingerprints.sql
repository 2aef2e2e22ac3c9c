create table ops.fingerprint_key (
    is_the_one boolean primary key default true check (is_the_one),
    key bytea not null check (length(key) = 32)
);
comment on table ops.fingerprint_key is
'The key of this warehouse''s fingerprints (ADR 28); lost, no fingerprint can be matched again. Grain: one row.';
comment on column ops.fingerprint_key.is_the_one is 'Always true: there is one row.';
comment on column ops.fingerprint_key.key is '256 bits, drawn when the table was made.';
-- gen_random_uuid draws 122 bits from the system's own source of randomness
insert into ops.fingerprint_key (key)
values (sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

create function core.fingerprint_of(said text) returns text
language sql stable parallel safe returns null on null input as $$
    select '#' || left(encode(sha256(k.key || convert_to(said, 'UTF8')), 'hex'), 16) from ops.fingerprint_key k
$$;
comment on function core.fingerprint_of(text) is
'What is kept of a word that may be a person''s: the same function as doisoat.shapes.fingerprint.';

create view core.agency_coded as
select distinct
    a.agency_id,
    a.valid_from,
    a.valid_to,
    said.code
from core.agency a
cross join
    lateral (
        select unnest(array[a.agency_id, a.code, a.old_code]) as code
        union
        select core.fingerprint_of(unnest(array[a.agency_id, a.code, a.old_code]))
    ) said
where said.code is not null;
comment on view core.agency_coded is
'Every code by which an agency may be stated, and the fingerprint of each: what was not known may be known later.';
comment on column core.agency_coded.agency_id is 'The agency.';
comment on column core.agency_coded.valid_from is 'First day on which it existed in this form.';
comment on column core.agency_coded.valid_to is 'First day on which it no longer did; infinity while it does.';
comment on column core.agency_coded.code is 'A code of it, now or before, or the fingerprint of one.';

create or replace view core.agency_named as
with own as (
    select
        agency_id,
        valid_from,
        valid_to,
        parent_id,
        name_key
    from core.agency
    union
    select
        a.agency_id,
        a.valid_from,
        a.valid_to,
        a.parent_id,
        s.name_key
    from core.agency a join core.agency_alias s using (agency_id)
),
named as (
    select
        agency_id,
        valid_from,
        valid_to,
        name_key
    from own
    union
    select
        o.agency_id,
        o.valid_from,
        o.valid_to,
        o.name_key || ', ' || p.name_key
    from own o join own p on p.agency_id = o.parent_id
)
select
    agency_id,
    valid_from,
    valid_to,
    name_key
from named
union
select
    agency_id,
    valid_from,
    valid_to,
    core.fingerprint_of(name_key)
from named;
comment on view core.agency_named is
'Every name by which an agency may be stated: its own, its other ones, each with the unit above it, and the '
'fingerprint of each.';

-- What is held already. The shapes are those of doisoat/shapes.py; agency_code and agency_ref stay: they are keys.
update core.dossier_record set
    status_code = case
        when status is null and status_code !~ '^[+-]?\d{1,3}$' then core.fingerprint_of(status_code) else status_code
    end,
    channel_code = case
        when channel is null and channel_code !~ '^[+-]?\d{1,3}$' then core.fingerprint_of(channel_code)
        else channel_code
    end,
    online_payment_code = case
        when online_payment is null and online_payment_code !~ '^[+-]?\d{1,3}$'
            then core.fingerprint_of(online_payment_code)
        else online_payment_code
    end
where status is null and status_code !~ '^[+-]?\d{1,3}$'
    or channel is null and channel_code !~ '^[+-]?\d{1,3}$'
    or online_payment is null and online_payment_code !~ '^[+-]?\d{1,3}$';

create temporary table unknown_name on commit drop as
select
    s.agency_name,
    core.fingerprint_of(core.agency_name_key(s.agency_name)) as kept
from (
    select distinct agency_name from core.dossier_record where agency_name is not null
) s
left join core.agency_named n on n.name_key = core.agency_name_key(s.agency_name)
where n.name_key is null;
analyze unknown_name;
update core.dossier_record r set agency_name = u.kept from unknown_name u where r.agency_name = u.agency_name;
update core.agency a set name = u.kept, name_key = u.kept
from unknown_name u where a.origin <> 'reference' and a.name = u.agency_name;
drop table unknown_name;
