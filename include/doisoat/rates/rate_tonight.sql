-- The values of the indicators tonight; each indicator adds its own rows.
create temporary table rate_tonight on commit drop as
select
    indicator,
    period_kind,
    period_start,
    agency_id,
    numerator_least,
    numerator_most,
    denominator_least,
    denominator_most,
    ratio_least,
    ratio_most,
    denominator_basis
from recon.rate
with no data;
