-- The units of tonight's scores as resolve_totals.sql wants them: each once a period, its own key as the measure, so
-- that it is found again when the province's key has been emptied.
create temporary table total_tonight (like core.control_total) on commit drop;
alter table total_tonight drop column from_night, drop column to_night, add column agency_code text,
add column agency_name text;
insert into total_tonight (
    source_id, measure, period_kind, period_start, agency_key, flags, agency_code, agency_name
)
select distinct on (source_id, period_kind, period_start, agency_key)
    source_id,
    agency_key,
    period_kind,
    period_start,
    agency_key,
    '{}'::text[],
    agency_code,
    agency_name
from score_tonight
order by source_id, period_kind, period_start, agency_key, agency_name;
analyze total_tonight;
