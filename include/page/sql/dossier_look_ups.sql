-- What sources answered when they were asked for one of a dossier's codes, until the night.
select
    night,
    source_id,
    source_name,
    code,
    is_held
from mart.look_up join mart.dim_source using (source_id)
where code = any(%(codes)s) and night <= %(night)s
order by night, source_id, code
