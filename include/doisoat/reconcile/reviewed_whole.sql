-- A night that is compared as a whole: all that is held.
create temporary view reviewed_record as select * from core.dossier_record;
