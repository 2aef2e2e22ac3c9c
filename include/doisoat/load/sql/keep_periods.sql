-- Reports arrive one at a time: counts declared for a period and agency without a report tonight stay valid, so that
-- one office's report does not end another's.
insert into total_tonight (
    source_id, measure, period_kind, period_start, agency_key, value, agency_id, includes_children, flags
)
select
    source_id,
    measure,
    period_kind,
    period_start,
    agency_key,
    value,
    agency_id,
    includes_children,
    flags
from core.control_total c
where source_id = %(source_id)s and to_night = 'infinity'
    and not exists (
        select from total_tonight t
        where (t.measure, t.period_kind, t.period_start, t.agency_key)
            = (c.measure, c.period_kind, c.period_start, c.agency_key)
    );
