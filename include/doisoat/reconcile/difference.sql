-- Attribute differences of dossiers that both sides hold, with both values. A value that one side does not state at
-- all (unstated: its listing has no such column; a look-up left it out) is not a difference; nor is one that our maps
-- or reference cannot read, nor one that could not be read in its row: the input checks count those. But a status that
-- neither side states readably is one; the province's own word for it, which no map knows, is not repeated here (it
-- stands in core alone). Days are compared as local calendar dates, as the sides print them. If a side is older than
-- tonight (known.sql), a difference is a gap only if both sides already differed then: it could not show what the other
-- side has changed since. For a dossier that was looked up, that is the night of its answer, which stays valid for some
-- nights (docs/adr 7) and says nothing about what the province changed since, or within the lag before.
create temporary table difference_tonight on commit drop as
select
    %(pair)s as pair,
    o.dossier_id,
    d.attribute,
    case when o.provincial_updated_at > %(values_settled)s then 'pending'
        when o.provincial_updated_at > asked.looked_up_at - %(allowed_lag)s then 'not_yet_observable'
        when known.night >= %(night)s or before.differed then 'gap'
        else 'not_yet_observable'
    end as standing,
    d.national_value,
    d.provincial_value,
    null::text as ministry_value,
    -- the first night whose end is past the lag; what is based on a look-up waits for the next answer
    case when o.provincial_updated_at > %(values_settled)s and not o.is_looked_up
            then greatest(
                    (
                        (
                            coalesce(
                                (t.last_day + case when t.is_working then u.local::time else '00:00' end)
                                at time zone %(timezone)s,
                                o.provincial_updated_at + %(allowed_lag)s
                            )
                            - interval '1 microsecond'
                        ) at time zone %(timezone)s
                    )::date,
                    %(night)s::date + 1
                )
    end as next_review_on
from raw.outcome o
left join lateral (
    select
        l.night,
        l.looked_up_at
    from core.dossier_record r
    join core.look_up l on l.source_id = r.source_id and l.code = r.dossier_code and l.night <= %(night)s and l.is_held
    where o.is_looked_up
        and (r.source_id, r.record_id) = (o.national_source_id, o.national_record_id)
        and r.to_night = 'infinity'
    order by l.night desc limit 1
) asked on true
cross join lateral (select least(%(values_night)s, asked.night) as night) as known
cross join lateral (select o.provincial_updated_at at time zone %(timezone)s as local) as u
left join working_term t on t.calendar = '' and t.day = u.local::date
-- what each side stated then; read only if that is not tonight (offset 0: a join condition would be applied too late)
left join lateral (
    select r.* from core.dossier_record r
    where known.night < %(night)s and (r.source_id, r.record_id) = (o.national_source_id, o.national_record_id)
        and r.from_night <= known.night and known.night < r.to_night
    offset 0
) n on true
left join lateral (
    select r.* from core.dossier_record r
    where known.night < %(night)s and (r.source_id, r.record_id) = (o.provincial_source_id, o.provincial_record_id)
        and r.from_night <= known.night and known.night < r.to_night
    offset 0
) p on true
cross join
    lateral (
        values
        (
            'agency', o.national_agency_id, o.provincial_agency_id,
            'unknown' not in (o.national_agency_id, o.provincial_agency_id), n.agency_id <> p.agency_id,
            'agency_id'
        ),
        (
            'procedure', o.national_procedure_family, o.provincial_procedure_family,
            'unknown' not in (o.national_procedure_family, o.provincial_procedure_family),
            n.procedure_family <> p.procedure_family,
            'procedure'
        ),
        (
            'status', o.national_status,
            case when o.is_provincial_status_unmapped and o.national_status is null then 'not_mapped'
                else o.provincial_status
            end,
            o.provincial_status is not null and (o.national_status is not null or o.national_status_code is null)
            or o.is_provincial_status_unmapped and o.national_status is null,
            n.status is distinct from p.status or n.status is null and p.status is null and p.status_code is not null,
            'status_code'
        ),
        (
            'receipt_date', o.national_receipt_date::text, o.provincial_receipt_date::text, true,
            n.receipt_date is distinct from p.receipt_date,
            'received_at'
        ),
        (
            'due_date', (o.national_due_at at time zone %(timezone)s)::date::text,
            (o.provincial_due_at at time zone %(timezone)s)::date::text, true,
            (n.due_at at time zone %(timezone)s)::date is distinct from (p.due_at at time zone %(timezone)s)::date,
            'due_at'
        ),
        (
            'finish_date', (o.national_finished_at at time zone %(timezone)s)::date::text,
            (o.provincial_finished_at at time zone %(timezone)s)::date::text, true,
            (n.finished_at at time zone %(timezone)s)::date is distinct from (
                p.finished_at at time zone %(timezone)s
            )::date,
            'finished_at'
        )
    ) as d (attribute, national_value, provincial_value, is_readable, differs_then, read_from)
cross join
    lateral (
        select
            n.record_id is not null and p.record_id is not null and d.differs_then
            and (d.read_from = any(n.unread || p.unread)) is not true as differed
    ) before
where o.is_provincial and o.is_national and d.is_readable
    and (d.read_from = any(o.national_unread || o.provincial_unread)) is not true
    and (not o.is_looked_up or d.national_value is not null)
    and d.attribute = any(%(compared_attributes)s)
    and d.national_value is distinct from d.provincial_value
    and (d.national_value is not null or o.national_source_id || ' ' || d.read_from <> all(%(unstated)s))
    and (d.provincial_value is not null or o.provincial_source_id || ' ' || d.read_from <> all(%(unstated)s));
analyze difference_tonight;
