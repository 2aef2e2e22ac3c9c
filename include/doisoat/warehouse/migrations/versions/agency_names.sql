-- The same rules, in the same order, as doisoat/names.py (docs/names.md).
create or replace function core.agency_name_key(name text) returns text
language plpgsql immutable parallel safe returns null on null input as $$
declare
    said text := normalize(lower(normalize(name, nfc)), nfd);
begin
    said := regexp_replace(said, 'o([\u0300\u0301\u0303\u0309\u0323])([ae])', 'o\2\1', 'g');
    said := regexp_replace(said, 'u([\u0300\u0301\u0303\u0309\u0323])y', 'uy\1', 'g');
    said := replace(normalize(said, nfc), 'ð', 'đ');
    said := regexp_replace(said, '[\s\u00a0\u200b\ufeff]+', ' ', 'g');
    said := regexp_replace(said, ' ?[()\[\],;] ?| ?[-\u2010-\u2015] ?', ', ', 'g');
    said := regexp_replace(said, '(, )+', ', ', 'g');
    said := regexp_replace(said, '^[ ,.]+|[ ,.]+$', '', 'g');
    said := replace(said, 'uỷ ban nhân dân', 'ubnd');
    said := replace(said, 'hội đồng nhân dân', 'hđnd');
    said := regexp_replace(said, '(^|[ ,])tp(\. ?| )', '\1thành phố ', 'g');
    said := regexp_replace(said, '(^|[ ,])tx(\. ?| )', '\1thị xã ', 'g');
    said := regexp_replace(said, '^ubnd ', '');
    said := regexp_replace(said, ', tỉnh [^,]+$', '');
    said := regexp_replace(said, ' tỉnh [^,]+$', ' tỉnh');
    said := regexp_replace(said, '^tỉnh( [^,]*)?$', 'tỉnh');
    -- {1,1}?: the shortest match; an alternative within would make all of it greedy
    said := regexp_replace(
        said,
        '(?:((^|[ ])(xã(?! hội)|phường|thị trấn) [^,]+?) (huyện|thị xã|thành phố|quận) ){1,1}?',
        '\1, \4 '
    );
    said := regexp_replace(
        said,
        '^((sở|ban) .*|(.*[ ,])?(xã(?! hội)|phường|thị trấn|huyện|thị xã|thành phố|quận|đặc khu) .*) tỉnh$',
        '\1'
    );
    return nullif(said, '');
end $$;
comment on function core.agency_name_key(text) is
    'What a stated name of a unit is compared by, whichever way it is written: case, spaces, dashes, placement of tone '
    'marks, "UBND", the province''s name, brackets around a district (docs/names.md).';

update core.agency set name_key = core.agency_name_key(name)
where name_key is distinct from core.agency_name_key(name);
update archive.agency set name_key = core.agency_name_key(name)
where name_key is distinct from core.agency_name_key(name);
comment on column core.agency.name_key is 'The form in which a stated name is compared: core.agency_name_key of the name.';
comment on column archive.agency.name_key is
    'The form in which a stated name is compared: core.agency_name_key of the name.';

create table core.agency_alias (
    agency_id text not null,
    name text not null,
    name_key text not null,
    primary key (agency_id, name_key)
);
comment on table core.agency_alias is
    'Other names of agencies, as the province''s file states them. Grain: agency, name in its compared form.';
comment on column core.agency_alias.agency_id is 'The agency.';
comment on column core.agency_alias.name is 'What some source calls it.';
comment on column core.agency_alias.name_key is 'The form in which it is compared: core.agency_name_key of the name.';

create view core.agency_named as
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
)
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
from own o join own p on p.agency_id = o.parent_id;
comment on view core.agency_named is
    'Every name by which an agency may be stated: its own, its other ones, and each with the unit above it.';
comment on column core.agency_named.agency_id is 'The agency.';
comment on column core.agency_named.valid_from is 'First day on which it existed in this form.';
comment on column core.agency_named.valid_to is 'First day on which it no longer did; infinity while it does.';
comment on column core.agency_named.name_key is 'A name of it, in the form in which names are compared.';
