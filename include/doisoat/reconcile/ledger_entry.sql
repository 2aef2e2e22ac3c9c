-- The ledger: one signed entry per dossier and cell. A dossier that the sides put into different cells has two.
create temporary table ledger_entry_tonight on commit drop as
select
    %(pair)s as pair,
    o.dossier_id,
    v.presence as entry_kind,
    1 as sign,
    o.national_record_id as record_id,
    v.standing,
    o.national_agency_id as agency_id,
    o.national_procedure_family as procedure_family,
    o.national_receipt_month as receipt_month
from raw.outcome o join verdict_tonight v using (dossier_id)
where v.presence = 'national_only'
union all
select
    %(pair)s,
    o.dossier_id,
    v.presence,
    -1,
    o.provincial_record_id,
    v.standing,
    o.provincial_agency_id,
    o.provincial_procedure_family,
    o.provincial_receipt_month
from raw.outcome o join verdict_tonight v using (dossier_id)
where v.presence = 'provincial_only'
union all
select
    %(pair)s,
    o.dossier_id,
    'moved',
    side.sign,
    side.record_id,
    v.standing,
    side.agency_id,
    side.procedure_family,
    side.receipt_month
from raw.outcome o
join verdict_tonight v using (dossier_id)
cross join
    lateral (
        values
        (1, o.national_record_id, o.national_agency_id, o.national_procedure_family, o.national_receipt_month),
        (-1, o.provincial_record_id, o.provincial_agency_id, o.provincial_procedure_family, o.provincial_receipt_month)
    ) as side (sign, record_id, agency_id, procedure_family, receipt_month)
where v.presence = 'matched'
    and (o.national_agency_id, o.national_procedure_family, o.national_receipt_month)
    is distinct from (o.provincial_agency_id, o.provincial_procedure_family, o.provincial_receipt_month)
union all
select
    %(pair)s,
    r.dossier_id,
    case s.side when 'national' then 'extra_national_row' else 'extra_provincial_row' end,
    case s.side when 'national' then 1 else -1 end,
    r.source_id || ':' || r.record_id,
    'gap',
    r.agency_id,
    r.procedure_family,
    r.receipt_month
from reviewed_record r
join core.source s using (source_id)
where r.to_night = 'infinity' and r.duplicate_rank > 1
    and r.source_id = any(%(provincial_sources)s::text[] || %(national_sources)s::text[]);
analyze ledger_entry_tonight;
