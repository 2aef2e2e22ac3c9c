-- What sources answered when they were asked for one of a dossier's codes, until the night.
select
    night,
    source_id,
    code,
    is_held
from mart.look_up
where code = any(%(codes)s) and night <= %(night)s
order by night, source_id, code
