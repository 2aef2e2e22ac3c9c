-- Identity where something changed: from the codes of records that began or ended tonight over every link that was ever
-- learned. What joins or parts dossiers, and who claims a code, is told by rows of the same links alone, so nothing
-- outside can change. A night that is run again keeps what it touched before: what it had joined then may have to part.
insert into core.touched
with changed as (
    select
        dossier_id,
        coalesce(dossier_code, source_id || ':' || record_id) as code
    from core.dossier_record
    where from_night = %(night)s
    union all
    select
        dossier_id,
        coalesce(dossier_code, source_id || ':' || record_id)
    from core.dossier_record
    where to_night < 'infinity' and to_night = %(night)s
)
select
    %(night)s,
    dossier_id
from changed
union
select
    %(night)s,
    code
from changed where code <> dossier_id
on conflict do nothing;
-- Not a recursive query: that sets aside memory for the millions which the planner expects of it, and fills it with
-- nothing.
do $$
begin
    loop
        insert into core.touched
        select %(night)s, n.code
        from core.touched t
        cross join lateral (
            select l.other_code as code from core.identity_link l where l.code = t.code
            union all
            select l.code from core.identity_link l where l.other_code = t.code
        ) n
        where t.night = %(night)s
          and not exists (select from core.touched k where (k.night, k.code) = (t.night, n.code))
        on conflict do nothing;
        exit when not found;
    end loop;
end $$;
analyze core.touched;

-- Each touched code is looked up by itself (offset 0): no estimate may turn a few thousand of them into a walk over all
-- rows. A table, for it is read again and again.
create temporary table touched_record on commit drop as
select
    r.source_id,
    r.record_id,
    r.from_night,
    r.to_night,
    r.dossier_id,
    r.dossier_code,
    r.is_removed,
    r.duplicate_rank,
    r.received_at
from core.touched t
cross join lateral (select * from core.dossier_record where dossier_id = t.code offset 0) r
where t.night = %(night)s;
analyze touched_record;
create temporary view scoped_record as select * from touched_record;
create temporary view scoped_link as
select l.* from core.touched t join core.identity_link l on l.other_code = t.code where t.night = %(night)s;
