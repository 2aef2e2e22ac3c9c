-- The gaps that are left, one part of them in the order asked for. Found first, and then put into words: names and
-- decisions would be looked up for all gaps where few are shown. The array lets only their dossiers be read.
with shown_gap as materialized (
    select
        pair,
        dossier_id,
        kind,
        detail
    from matching_gap
    order by sorting_value, dossier_id, pair desc, kind, detail
    limit %(most)s offset %(start)s
)
select *
from matching_gap
join shown_gap using (pair, dossier_id, kind, detail)
where dossier_id = any(array(select dossier_id from shown_gap))
order by sorting_value, dossier_id, pair desc, kind, detail
