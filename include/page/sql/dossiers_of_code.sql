-- The dossiers that are or were known under a code.
select distinct dossier_id from mart.dossier_code where code = %(code)s order by 1 limit 20
