-- A night that is compared from scratch: all records.
create temporary view reviewed_record as select * from core.dossier_record;
