-- Attribute differences of dossiers that both sides hold, with both values. A value that one side does not say at all
-- (its listing has no such column, a look-up left it out) differs from nothing; nor does one that our maps or reference
-- cannot read: those are counted by the input checks. Days are compared as local calendar dates, as the sides print them.
create temporary table difference_tonight on commit drop as
select %(pair)s as pair, o.dossier_id, d.attribute,
    case when o.provincial_updated_at > %(settled_before)s then 'pending' else 'gap' end as standing,
    d.national_value, d.provincial_value, null::text as ministry_value
from raw.outcome o
cross join lateral (values
    ('agency', o.national_agency_id, o.provincial_agency_id,
        'unknown' not in (o.national_agency_id, o.provincial_agency_id)),
    ('procedure', o.national_procedure_family, o.provincial_procedure_family,
        'unknown' not in (o.national_procedure_family, o.provincial_procedure_family)),
    ('status', o.national_status, o.provincial_status,
        o.provincial_status is not null and (o.national_status is not null or o.national_status_code is null)),
    ('receipt_date', o.national_receipt_date::text, o.provincial_receipt_date::text, true),
    ('due_date', (o.national_due_at at time zone %(timezone)s)::date::text,
        (o.provincial_due_at at time zone %(timezone)s)::date::text, true),
    ('finish_date', (o.national_finished_at at time zone %(timezone)s)::date::text,
        (o.provincial_finished_at at time zone %(timezone)s)::date::text, true)
) as d (attribute, national_value, provincial_value, is_readable)
where o.is_provincial and o.is_national and d.is_readable and (not o.is_looked_up or d.national_value is not null)
  and d.attribute = any (%(compared_attributes)s)
  and d.national_value is distinct from d.provincial_value;
