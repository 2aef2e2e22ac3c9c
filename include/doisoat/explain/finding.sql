-- Everything that differs tonight, pair by pair, and the records that show it: the input of the rules. `kind` is the
-- verdict's presence, the attribute that differs, the kind of an extra row, or moved (another cell); `detail` is the
-- extra row's own key.
create temporary table finding on commit drop as
select
    v.pair,
    v.dossier_id,
    v.presence as kind,
    '' as detail,
    v.standing,
    v.national_source_id,
    v.national_record_id,
    v.provincial_source_id,
    v.provincial_record_id,
    v.ministry_source_id,
    v.ministry_record_id,
    v.agency_id,
    v.procedure_family,
    v.receipt_date,
    null::text as national_value,
    null::text as provincial_value
from recon.verdict v
where v.to_night = 'infinity' and v.presence <> 'matched'
union all
select
    d.pair,
    d.dossier_id,
    d.attribute,
    '',
    d.standing,
    v.national_source_id,
    v.national_record_id,
    v.provincial_source_id,
    v.provincial_record_id,
    v.ministry_source_id,
    v.ministry_record_id,
    v.agency_id,
    v.procedure_family,
    v.receipt_date,
    d.national_value,
    d.provincial_value
from recon.difference d
join recon.verdict v using (pair, dossier_id)
where d.to_night = 'infinity' and v.to_night = 'infinity'
union all
select
    e.pair,
    e.dossier_id,
    e.entry_kind,
    e.record_id,
    e.standing,
    null,
    null,
    null,
    null,
    null,
    null,
    e.agency_id,
    e.procedure_family,
    null,
    null,
    null
from recon.ledger_entry e
where e.to_night = 'infinity' and e.entry_kind in ('extra_national_row', 'extra_provincial_row')
union all
select
    v.pair,
    v.dossier_id,
    'moved',
    '',
    v.standing,
    v.national_source_id,
    v.national_record_id,
    v.provincial_source_id,
    v.provincial_record_id,
    v.ministry_source_id,
    v.ministry_record_id,
    v.agency_id,
    v.procedure_family,
    v.receipt_date,
    null,
    null
from recon.verdict v
where v.to_night = 'infinity' and exists (
        select from recon.ledger_entry e
        where e.to_night = 'infinity' and e.entry_kind = 'moved' and (e.pair, e.dossier_id) = (v.pair, v.dossier_id)
    );
create unique index on finding (pair, dossier_id, kind, detail);
create index on finding (dossier_id);
analyze finding;

-- Every row, current and past, of the dossiers that have a finding.
create temporary table witness on commit drop as
select
    s.side,
    r.*
from core.dossier_record r
join core.source s using (source_id)
where r.dossier_id in (select dossier_id from finding);
create index on witness (dossier_id);
create index on witness (source_id, record_id);
analyze witness;

create temporary table cause_tonight (
    pair text not null,
    dossier_id text not null,
    kind text not null,
    detail text not null,
    cause text not null,
    basis jsonb not null,
    primary key (pair, dossier_id, kind, detail)
) on commit drop;

create temporary view unexplained as
select f.* from finding f
where not exists (
        select from cause_tonight c
        where (c.pair, c.dossier_id, c.kind, c.detail) = (f.pair, f.dossier_id, f.kind, f.detail)
    );

-- A link between two codes, found from either of them: a rule that asks for "one names the other" joins by equality.
create temporary view link_either_way as
select
    source_id,
    link_kind,
    code,
    other_code,
    code as one,
    other_code as other
from core.identity_link
union all
select
    source_id,
    link_kind,
    code,
    other_code,
    other_code,
    code
from core.identity_link;
