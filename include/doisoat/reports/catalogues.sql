-- Where a source's catalogues and the province's own differ, as known on a day.
select
    source_id,
    catalogue,
    kind,
    code,
    code_there,
    name_there,
    name_here,
    from_night as since
from recon.catalogue_difference
where from_night <= %(night)s and %(night)s < to_night
order by source_id, catalogue, kind, code
