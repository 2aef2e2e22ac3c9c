-- Every dossier that the two sides do not hold alike: a few thousand out of millions; searched for in all records, or
-- only in those where this may have changed (reviewed_*.sql). The join carries only what it compares, so that its table
-- stays small; outcome.sql reads the rest for these few. Parallel: a plain table, one partition per source.
drop table if exists raw.candidate;
create unlogged table raw.candidate as
select coalesce(p.dossier_id, n.dossier_id) as dossier_id
from (
    select
        dossier_id,
        agency_id,
        procedure_family,
        receipt_date,
        status,
        status is null and status_code is not null as is_status_unmapped,
        due_at,
        finished_at
    from reviewed_record
    where source_id = any(%(provincial_sources)s) and to_night = 'infinity' and duplicate_rank = 1
) p
full join (
    select
        dossier_id,
        agency_id,
        procedure_family,
        receipt_date,
        status,
        due_at,
        finished_at,
        source_id = any(%(look_up_sources)s) as is_looked_up
    from reviewed_record
    where source_id = any(%(national_sources)s) and to_night = 'infinity' and duplicate_rank = 1
) n on n.dossier_id = p.dossier_id
where p.dossier_id is null or n.dossier_id is null
    or p.agency_id <> n.agency_id
    or p.procedure_family <> n.procedure_family
    or p.receipt_date is distinct from n.receipt_date
    or p.status is distinct from n.status
    or p.is_status_unmapped and n.status is null
    or p.due_at is distinct from n.due_at
    or p.finished_at is distinct from n.finished_at
    or n.is_looked_up;
analyze raw.candidate;
