-- Delete what only nights before %(cut)s can see: ranges that ended by then, and rows of those nights. "As known on
-- night X" stays exact for every X from %(cut)s on, and so does every later load: what a load needs is kept. The other
-- tables of a night are cut by doisoat.warehouse.archived. The last answer before the cut is kept: it says what need
-- not be asked again.
delete from core.look_up l
where night < %(cut)s and exists (
        select from core.look_up newer
        where (newer.source_id, newer.code) = (l.source_id, l.code) and newer.night > l.night and newer.night < %(cut)s
    );
delete from core.procedure_count c
where night < %(cut)s and exists (
        select from core.procedure_answer newer
        where (newer.source_id, newer.measure, newer.receipt_month, newer.procedure_ref)
            = (c.source_id, c.measure, c.receipt_month, c.procedure_ref)
            and newer.night > c.night and newer.night < %(cut)s
    );
delete from core.procedure_answer a
where night < %(cut)s and exists (
        select from core.procedure_answer newer
        where (newer.source_id, newer.measure, newer.receipt_month, newer.procedure_ref)
            = (a.source_id, a.measure, a.receipt_month, a.procedure_ref)
            and newer.night > a.night and newer.night < %(cut)s
    );
-- kept: when the province first showed a record and when it awaited a supplement decide whether it was on time (ADR 21)
insert into core.first_seen
select
    source_id,
    record_id,
    min(from_night)
from core.dossier_record join core.source using (source_id)
where side = 'provincial' group by 1, 2 having min(to_night) <= %(cut)s
on conflict do nothing;
delete from core.dossier_record r
where to_night <= %(cut)s
    -- which agency a source means by its own id is learned from its records: the last evidence of each meaning stays
    and (agency_ref is null or exists (
        select from core.dossier_record o
        where (o.source_id, o.agency_ref, o.agency_id) = (r.source_id, r.agency_ref, r.agency_id)
            and o.to_night > %(cut)s
    ))
    -- that a record was once seen under a code is evidence, whatever its code is now: the last version under each code
    -- stays
    and exists (
        select from core.dossier_record newer
        where (newer.source_id, newer.record_id) = (r.source_id, r.record_id) and newer.from_night >= r.to_night
            and newer.dossier_code is not distinct from r.dossier_code
    )
    -- a side that is down is judged as of the last night on which it was known (reconcile/known.sql), a look-up as of
    -- its answer: what was valid on such a night stays
    and not exists (
        select from known k where r.from_night <= k.whole_night and k.whole_night < r.to_night
            or r.from_night <= k.valued_night and k.valued_night < r.to_night
    )
    and not exists (
        select from core.dossier_record n
        join core.look_up l on l.source_id = n.source_id and l.code = n.dossier_code and l.is_held
        where n.dossier_id = r.dossier_id
            and n.to_night = 'infinity'
            and r.from_night <= l.night
            and l.night < r.to_night
    )
    and not (
        status is not distinct from '5' and source_id in (select source_id from core.source where side = 'provincial')
    );
delete from core.identity_conflict where to_night <= %(cut)s;
delete from core.control_total where to_night <= %(cut)s;
delete from core.published_score where to_night <= %(cut)s;
delete from core.province_score where week < %(cut)s;
delete from ops.province_pull where week < %(cut)s;
delete from ops.page_use where used_at < %(cut)s;
delete from core.catalogue_entry where to_night <= %(cut)s;
-- the last state of a gap says since when it has existed, should it reopen
delete from recon.gap g
where to_night <= %(cut)s and exists (
        select from recon.gap newer where (newer.pair, newer.dossier_id, newer.kind, newer.detail)
            = (g.pair, g.dossier_id, g.kind, g.detail) and newer.from_night > g.from_night
    );
delete from recon.catalogue_difference where to_night <= %(cut)s;
-- settings are kept for as long as a replay may learn from them
delete from recon.arrival where night < %(cut)s;
delete from recon.sweep_difference where night < %(cut)s;
delete from ops.quarantine where night < %(cut)s;
