-- Identity from scratch: all records.
create temporary view scoped_record as select * from core.dossier_record;
create temporary view scoped_link as select * from core.identity_link;
