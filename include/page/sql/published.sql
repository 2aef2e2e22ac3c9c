-- What the portal publishes for the province and a month.
select
    source_id,
    numerator,
    denominator,
    ratio,
    flags
from mart.published_sync
where night = %(night)s and period_kind = 'month' and period_start = %(month)s and agency_id is null
    and numerator is not null and denominator is not null
order by source_id
limit 1
