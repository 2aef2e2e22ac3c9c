-- Both listings must be complete and the day older than the lag: what is not there yet is not missing.
with asked as (
    select
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        w.source_id,
        w.agency_id,
        w.procedure_family,
        w.receipt_month,
        w.received_at
    from unexplained f
    join
        witness w
        on (w.source_id, w.record_id) = (f.ministry_source_id, f.ministry_record_id) and w.to_night = 'infinity'
    join recon.ministry_comparison k on k.night = %(night)s and k.source_id = w.source_id
    join core.source s on s.source_id = w.source_id
    where f.pair = 'ministry_provincial' and f.kind = 'undetermined' and w.agency_id <> 'unknown'
        and w.procedure_family <> 'unknown' and (w.received_at at time zone %(timezone)s)::time <> '00:00'
        and %(provincial_is_complete)s and k.ministry_is_complete
        and w.received_at <= k.as_of - coalesce(s.allowed_lag, %(allowed_lag)s)
),
counted as (
    select
        a.source_id,
        a.agency_id,
        a.procedure_family,
        a.received_at,
        count(*) filter (where r.source_id = a.source_id) as ministry,
        count(*) filter (where r.source_id = any(%(provincial_sources)s)) as other
    from (
        select distinct
            source_id,
            agency_id,
            procedure_family,
            receipt_month,
            received_at
        from asked
    ) a
    join core.dossier_record r using (agency_id, procedure_family, receipt_month, received_at)
    where r.to_night = 'infinity' and r.duplicate_rank = 1
        and (r.source_id = a.source_id or r.source_id = any(%(provincial_sources)s))
    group by 1, 2, 3, 4
)
select
    a.pair,
    a.dossier_id,
    a.kind,
    a.detail,
    jsonb_build_object('ministry', c.ministry, 'other', c.other) as basis
from asked a
join counted c using (source_id, agency_id, procedure_family, received_at)
where c.other > c.ministry
