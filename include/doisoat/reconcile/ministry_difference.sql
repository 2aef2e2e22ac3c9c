-- Attribute differences of dossiers that a ministry's system and the province both hold, if the pair is known. A value
-- that the ministry does not state is not a difference; nor is one for which the province's source has no place
-- (unstated), or that our maps cannot read. If one side is older than tonight, only what already differed then is a
-- gap, as in difference.sql.
create temporary table difference_tonight on commit drop as
select
    'ministry_provincial'::text as pair,
    m.dossier_id,
    d.attribute,
    case when p.updated_at > s.values_settled then 'pending'
        when s.values_night >= %(night)s
            or m_then.record_id is not null and p_then.record_id is not null and d.differed_then
            and (d.read_from = any(m_then.unread || p_then.unread)) is not true then 'gap'
        else 'not_yet_observable'
    end as standing,
    null::text as national_value,
    d.provincial_value,
    d.ministry_value,
    case when p.updated_at > s.values_settled
            then greatest(
                    (
                        (
                            p.updated_at + (s.as_of - s.settled_before) - interval '1 microsecond'
                        ) at time zone %(timezone)s
                    )::date,
                    %(night)s::date + 1
                )
    end as next_review_on
from ministry_row m
join ministry_side s using (source_id)
join ministry_match x on (x.side, x.source_id, x.record_id) = ('provincial', m.source_id, m.record_id)
join core.dossier_record p
    on p.source_id = x.other_source_id and p.record_id = x.other_record_id
    and p.to_night = 'infinity'
left join core.dossier_record m_then
    on s.values_night < %(night)s
    and (m_then.source_id, m_then.record_id) = (m.source_id, m.record_id)
    and m_then.from_night <= s.values_night and s.values_night < m_then.to_night
left join core.dossier_record p_then
    on s.values_night < %(night)s
    and (p_then.source_id, p_then.record_id) = (p.source_id, p.record_id)
    and p_then.from_night <= s.values_night and s.values_night < p_then.to_night
cross join
    lateral (
        values
        (
            'agency',
            nullif(m.agency_id, 'unknown'),
            nullif(p.agency_id, 'unknown'),
            m_then.agency_id <> p_then.agency_id,
            'agency_id'
        ),
        (
            'procedure', nullif(m.procedure_family, 'unknown'), nullif(p.procedure_family, 'unknown'),
            m_then.procedure_family <> p_then.procedure_family,
            'procedure'
        ),
        ('status', m.status, p.status, m_then.status is distinct from p_then.status, 'status_code'),
        (
            'receipt_date', m.receipt_date::text, p.receipt_date::text,
            m_then.receipt_date is distinct from p_then.receipt_date,
            'received_at'
        ),
        (
            'due_date',
            (m.due_at at time zone %(timezone)s)::date::text,
            (p.due_at at time zone %(timezone)s)::date::text,
            (m_then.due_at at time zone %(timezone)s)::date is distinct from (
                p_then.due_at at time zone %(timezone)s
            )::date,
            'due_at'
        ),
        (
            'finish_date', (m.finished_at at time zone %(timezone)s)::date::text,
            (p.finished_at at time zone %(timezone)s)::date::text,
            (m_then.finished_at at time zone %(timezone)s)::date
            is distinct from (p_then.finished_at at time zone %(timezone)s)::date,
            'finished_at'
        )
    ) as d (attribute, ministry_value, provincial_value, differed_then, read_from)
where d.attribute = any(%(compared_attributes)s) and d.ministry_value is not null
    and (d.read_from = any(p.unread)) is not true
    and (d.provincial_value is not null or d.attribute not in ('agency', 'procedure', 'status'))
    and d.ministry_value is distinct from d.provincial_value
    and (d.provincial_value is not null or p.source_id || ' ' || d.read_from <> all(%(unstated)s));
analyze difference_tonight;
