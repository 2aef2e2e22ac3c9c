-- The gaps that are left, one part of them in the order asked for.
select * from matching_gap
order by sorting_value, dossier_id, pair desc, kind, detail
limit %(most)s offset %(start)s
