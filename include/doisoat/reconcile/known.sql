-- Up to which night each listing is known, for what purpose. A source that failed, is held, or was read in part says
-- nothing new about what it does not show, so what depends on that is judged as of the last night on which it did.
--   whole: the last complete pull: what it does not show is not there
--   valued: the last pull that covered all records, for what it shows and its values: a complete one, or the changes
--       since the one before; for a source that only answers for single codes, the answers valid tonight
create temporary table known on commit drop as
select
    s.source_id,
    s.side,
    s.has_listing,
    p.is_complete,
    p.cut_off,
    whole.night as whole_night,
    whole.cut_off as whole_cut_off,
    coalesce(valued.night, p.snapshot_night) as valued_night,
    coalesce(valued.cut_off, p.cut_off) as valued_cut_off
from core.source s
join ops.pull p on p.source_id = s.source_id and p.night = %(night)s and p.cut_off is not null
left join lateral (
    select
        w.night,
        w.cut_off
    from ops.pull w
    where w.source_id = s.source_id and w.night <= %(night)s and w.state = 'fresh' and w.is_complete
    order by w.night desc limit 1
) whole on true
left join lateral (
    select
        v.night,
        v.cut_off
    from ops.pull v
    where v.source_id = s.source_id and v.night <= %(night)s and v.state = 'fresh'
        and (v.is_complete or v.mode = 'incremental') and s.has_listing
    order by v.night desc limit 1
) valued on true
where s.has_listing or s.has_look_ups;
analyze known;
