analyze found;
analyze asked_night;
-- Equal repairs of nights that follow one another become one range; the last night's are still valid. They are compared
-- as they are, without the nights of the range, which are filled in here.
create temporary table found_range on commit drop as
with place as (
    select
        archive_id,
        night,
        row_number() over (partition by archive_id order by night) as place,
        lead(night, 1, 'infinity'::date) over (partition by archive_id order by night) as next_night
    from asked_night
),
island as (
    select
        f.archive_id,
        f.night,
        f.repair,
        p.next_night,
        p.place - row_number() over (partition by f.archive_id, f.repair order by f.night) as island
    from found f join place p using (archive_id, night)
)
select
    archive_id,
    jsonb_populate_record(
        repair, jsonb_build_object('from_night', min(night), 'to_night', max(next_night))
    ) as repair
from island
group by archive_id, island, repair;
analyze found_range;

insert into recon.repair select (r.repair).* from found_range r where r.archive_id = 0;
insert into archive.repair
select
    r.archive_id,
    (r.repair).*
from found_range r where r.archive_id > 0;
