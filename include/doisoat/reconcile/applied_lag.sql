-- How old a dossier that one side lacks may be before it is a gap: by the lag learned for the agency that received it,
-- or for the nearest agency above it with enough data; else, and if nothing is learned, by the configured lag: so many
-- working days of the agency's own calendar from its receipt (working_term.sql), or always the same.
create temporary table applied_lag on commit drop as
select
    o.dossier_id,
    coalesce(
        g.allowed_lag,
        (t.last_day + case when t.is_working then r.local::time else '00:00' end) at time zone %(timezone)s - r.moment,
        %(allowed_lag)s
    ) as allowed_lag,
    g.agency_id as learned_of
from raw.outcome o
cross join
    lateral (
        select
            coalesce(o.provincial_moment, o.national_moment) as moment,
            coalesce(o.provincial_moment, o.national_moment) at time zone %(timezone)s as local,
            coalesce(nullif(o.provincial_agency_id, 'unknown'), o.national_agency_id, 'unknown') as agency_id
    ) r
left join core.agency_calendar c on c.agency_id = r.agency_id
left join working_term t on t.calendar = coalesce(c.calendar, '') and t.day = r.local::date
left join lateral (
    select
        g.allowed_lag,
        g.agency_id
    from agency_line a
    join recon.learned_lag g on g.agency_id = a.above_id
    where a.agency_id = r.agency_id
        and g.night = %(night)s and g.pair = %(pair)s
        and g.presence = case when o.is_national then 'national_only' else 'provincial_only' end
    order by a.steps limit 1
) g on true
where o.is_national <> o.is_provincial;
analyze applied_lag;
