-- What a source answered when it was asked for one of the dossier's codes.
select
    night,
    source_id,
    code,
    is_held
from core.look_up
where code = any(%(codes)s)
order by night, source_id, code
