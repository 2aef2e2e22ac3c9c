-- The records of the province that a question about a period is about, as known on the night: what was open or received
-- on its first day or later (of_interest_from). None if all are asked for: then they are read where they are needed.
create temporary table of_interest on commit drop as
select
    source_id,
    record_id,
    agency_id,
    procedure_family,
    channel,
    receipt_date,
    receipt_month,
    status,
    due_at,
    finished_at,
    returned_at,
    from_night
from core.dossier_record
where %(of_interest_from)s::date is not null
    and source_id = any(%(provincial_sources)s)
    and from_night <= %(night)s
    and %(night)s < to_night
    and duplicate_rank = 1
    and (
        receipt_date >= %(of_interest_from)s
        or coalesce(finished_at, returned_at) is null
        or coalesce(finished_at, returned_at) >= %(of_interest_from)s::timestamp at time zone %(timezone)s
    );
analyze of_interest;
