-- An incremental night examines what may differ from the night before: dossiers for which a record, a link or the row
-- that represents them changed since that comparison, and all that differed then, because time alone turns a pending
-- one into a gap. What was the same on both sides and is untouched is still the same.
drop table if exists raw.reviewed cascade;
create unlogged table raw.reviewed as
select code as dossier_id from core.touched
where night > (select max(night) from recon.whole_night where night < %(night)s) and night <= %(night)s
union
select dossier_id from recon.verdict where pair = %(pair)s and to_night = 'infinity'
union
select dossier_id from recon.ledger_entry where pair = %(pair)s and to_night = 'infinity';
analyze raw.reviewed;
create temporary view reviewed_record as select r.* from raw.reviewed join core.dossier_record r using (dossier_id);
