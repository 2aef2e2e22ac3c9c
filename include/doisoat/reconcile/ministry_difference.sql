-- Attribute differences of dossiers that a ministry's system and the province both hold, where the pair is known. A value
-- that the ministry does not say differs from nothing; nor does one that our maps cannot read.
create temporary table difference_tonight on commit drop as
select 'ministry_provincial'::text as pair, m.dossier_id, d.attribute,
    case when p.updated_at > s.settled_before then 'pending' else 'gap' end as standing,
    null::text as national_value, d.provincial_value, d.ministry_value
from ministry_row m
join ministry_side s using (source_id)
join ministry_match x on (x.side, x.source_id, x.record_id) = ('provincial', m.source_id, m.record_id)
join core.dossier_record p on p.source_id = x.other_source_id and p.record_id = x.other_record_id
    and p.to_night = 'infinity'
cross join lateral (values
    ('agency', nullif(m.agency_id, 'unknown'), nullif(p.agency_id, 'unknown')),
    ('procedure', nullif(m.procedure_family, 'unknown'), nullif(p.procedure_family, 'unknown')),
    ('status', m.status, p.status),
    ('receipt_date', m.receipt_date::text, p.receipt_date::text),
    ('due_date', (m.due_at at time zone %(timezone)s)::date::text, (p.due_at at time zone %(timezone)s)::date::text),
    ('finish_date', (m.finished_at at time zone %(timezone)s)::date::text,
        (p.finished_at at time zone %(timezone)s)::date::text)
) as d (attribute, ministry_value, provincial_value)
where d.attribute = any (%(compared_attributes)s) and d.ministry_value is not null
  and (d.provincial_value is not null or d.attribute not in ('agency', 'procedure', 'status'))
  and d.ministry_value is distinct from d.provincial_value;
