-- The rates of the whole, or of every agency with all below it, as a revision of a night keeps them: for each month,
-- quarter or year, or for all months together.
select
    r.indicator,
    (%(labels)s::text[])[k.place] as label,
    r.indicator <> all(%(rivals)s::text[]) as is_in_force,
    nullif(r.period_start, '-infinity') as period_start,
    nullif(r.agency_id, '') as part,
    r.numerator_least,
    r.numerator_most,
    r.denominator_least,
    r.denominator_most,
    r.ratio_least,
    r.ratio_most,
    r.denominator_basis,
    coalesce(
        r.period_start + case r.period_kind when 'month' then interval '1 month' when 'quarter' then interval '3 months'
            when 'year' then interval '1 year'
        end > %(night)s::date + 1, false
    ) as is_provisional,
    %(rests_on)s::text as rests_on
from archive.any_rate r
join unnest(%(indicators)s::text[]) with ordinality as k (indicator, place) on k.indicator = r.indicator
where r.archive_id = %(archive_id)s and r.from_night <= %(night)s and %(night)s < r.to_night
    and r.period_kind = %(period_kind)s
    and (%(dimension)s::text is null) = (r.agency_id = '')
    and (%(first_month)s::date is null or r.period_start >= %(first_month)s)
    and (%(last_month)s::date is null or r.period_start <= %(last_month)s)
order by k.place, 4, 5
