-- A night that looks at what could differ from the night before: dossiers of which a record, a link or the row that
-- stands for them changed since that comparison, and all that were not alike then, for time alone turns what is pending
-- into a gap. Whatever was alike on both sides and is untouched is alike still.
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
