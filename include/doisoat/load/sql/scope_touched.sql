-- Identity where something changed: from the codes of records that started or ended tonight, along every link that was
-- ever learned. What joins or separates dossiers, and who claims a code, depends only on rows of the same links, so
-- nothing outside can change. A night that runs again keeps what it touched before: records that it had joined may have
-- to be separated.
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
-- Not a recursive query: that would reserve memory for the millions of rows the planner expects, and use almost none of
-- it.
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

-- Each touched code is looked up separately (offset 0): no estimate may turn a few thousand of them into a scan of all
-- rows. A table, because it is read repeatedly.
create temporary table touched_record on commit drop as
select
    r.source_id,
    r.record_id,
    r.from_night,
    r.to_night,
    r.dossier_id,
    r.dossier_code,
    r.agency_id,
    r.procedure_family,
    r.is_removed,
    r.duplicate_rank,
    r.submitted_at,
    r.received_at
from core.touched t
cross join lateral (select * from core.dossier_record where dossier_id = t.code offset 0) r
where t.night = %(night)s;
analyze touched_record;
create temporary view scoped_record as select * from touched_record;
create temporary view scoped_link as
select l.* from core.touched t join core.identity_link l on l.other_code = t.code where t.night = %(night)s;
