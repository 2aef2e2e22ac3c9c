-- Identity where something changed: from the codes of records that began or ended tonight over every link that was ever learned.
-- What joins or parts dossiers, and who claims a code, is told by rows of the same links alone, so nothing outside can change.
-- A night that is run again keeps what it touched before: what it had joined then may have to part.
insert into core.touched
with recursive linked (code) as (
    select code from core.touched where night = %(night)s
    union
    select c.code
    from (
        select source_id, record_id, dossier_code, dossier_id from core.dossier_record where from_night = %(night)s
        union all
        select source_id, record_id, dossier_code, dossier_id from core.dossier_record
        where to_night < 'infinity' and to_night = %(night)s
    ) r
    cross join lateral (values (coalesce(r.dossier_code, r.source_id || ':' || r.record_id)), (r.dossier_id)) as c (code)
    union
    select n.code
    from linked
    cross join lateral (
        select l.other_code as code from core.identity_link l where l.code = linked.code
        union all
        select l.code from core.identity_link l where l.other_code = linked.code
    ) n
)
select %(night)s, code from linked
on conflict do nothing;
analyze core.touched;

-- Each touched code is looked up by itself (offset 0): no estimate may turn a few thousand of them into a walk over all rows.
create temporary view scoped_record as
select r.*
from core.touched t
cross join lateral (select * from core.dossier_record where dossier_id = t.code offset 0) r
where t.night = %(night)s;
create temporary view scoped_link as
select l.* from core.touched t join core.identity_link l on l.other_code = t.code where t.night = %(night)s;
