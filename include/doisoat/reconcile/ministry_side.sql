-- The ministries' systems that were listed at least once, and what their comparison tonight is based on: the times of
-- both sides, and the night and time as of which an absence on either is proven and their values are known (known.sql).
create temporary table ministry_side on commit drop as
select
    s.source_id,
    s.procedure_families,
    k.cut_off as ministry_cut_off,
    k.is_complete as ministry_is_complete,
    least(k.cut_off, %(provincial_cut_off)s, %(night_end)s) as as_of,
    least(k.cut_off, %(provincial_cut_off)s, %(night_end)s) - lag.own as settled_before,
    %(provincial_is_complete)s as provincial_is_complete,
    least(coalesce(%(provincial_whole_night)s::date, '-infinity'), k.valued_night) as provincial_absence_night,
    least(coalesce(%(provincial_whole_cut_off)s::timestamptz, '-infinity'), k.valued_cut_off, %(night_end)s) - lag.own
        as provincial_absence_settled,
    least(coalesce(k.whole_night, '-infinity'), %(provincial_valued_night)s::date) as ministry_absence_night,
    least(coalesce(k.whole_cut_off, '-infinity'), %(provincial_valued_cut_off)s::timestamptz, %(night_end)s) - lag.own
        as ministry_absence_settled,
    least(k.valued_night, %(provincial_valued_night)s::date) as values_night,
    least(
        k.valued_cut_off, %(provincial_valued_cut_off)s::timestamptz, k.cut_off, %(provincial_cut_off)s, %(night_end)s
    )
    - lag.own
        as values_settled,
    least(k.cut_off, %(national_cut_off)s, %(night_end)s) as portal_as_of,
    least(k.cut_off, %(national_cut_off)s, %(night_end)s) - %(allowed_lag)s as portal_settled_before,
    %(national_is_complete)s as national_is_complete,
    least(coalesce(%(national_whole_night)s::date, '-infinity'), k.valued_night) as portal_absence_night,
    least(coalesce(%(national_whole_cut_off)s::timestamptz, '-infinity'), k.valued_cut_off, %(night_end)s)
    - %(allowed_lag)s
        as portal_absence_settled
from core.source s
join known k using (source_id)
cross join lateral (select coalesce(s.allowed_lag, %(allowed_lag)s) as own) lag
where s.side = 'ministry' and s.has_listing;
analyze ministry_side;
delete from recon.ministry_comparison where night = %(night)s;
insert into recon.ministry_comparison
select
    %(night)s,
    source_id,
    as_of,
    portal_as_of,
    ministry_cut_off,
    ministry_is_complete
from ministry_side;
