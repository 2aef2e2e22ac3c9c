-- The ministries' systems that were listed at least once, and what their comparison tonight rests on.
create temporary table ministry_side on commit drop as
select s.source_id, s.procedure_families, p.cut_off as ministry_cut_off, p.is_complete as ministry_is_complete,
    least(p.cut_off, %(provincial_cut_off)s, %(night_end)s) as as_of,
    least(p.cut_off, %(provincial_cut_off)s, %(night_end)s) - coalesce(s.allowed_lag, %(allowed_lag)s) as settled_before,
    %(provincial_is_complete)s as provincial_is_complete,
    least(p.cut_off, %(national_cut_off)s, %(night_end)s) as portal_as_of,
    least(p.cut_off, %(national_cut_off)s, %(night_end)s) - %(allowed_lag)s as portal_settled_before,
    %(national_is_complete)s as national_is_complete
from core.source s
join ops.pull p using (source_id)
where s.side = 'ministry' and s.has_listing and p.night = %(night)s and p.state <> 'absent';
delete from recon.ministry_comparison where night = %(night)s;
insert into recon.ministry_comparison
select %(night)s, source_id, as_of, portal_as_of, ministry_cut_off, ministry_is_complete from ministry_side;
