-- The stored result compared with the recomputed one, and the records that matching identities from scratch corrected.
create temporary table sweep_difference on commit drop as
select
    'standing' as side,
    relation,
    row
from (
    select * from derived_before
    except all
    select * from derived_anew
) gone
union all
select
    'anew',
    relation,
    row
from (
    select * from derived_anew
    except all
    select * from derived_before
) come
union all
select
    c.side,
    'core.dossier_record',
    jsonb_build_object(
        'source_id', g.source_id, 'record_id', g.record_id,
        'from_night', g.from_night, 'dossier_id', c.dossier_id
    )
from regrouped g
cross join lateral (values ('standing', g.dossier_id_before), ('anew', g.dossier_id)) as c (side, dossier_id)
union all
select
    c.side,
    'core.dossier_record',
    jsonb_build_object(
        'source_id', k.source_id, 'record_id', k.record_id,
        'from_night', k.from_night, 'duplicate_rank', c.duplicate_rank
    )
from ranked k
cross join lateral (values ('standing', k.rank_before), ('anew', k.duplicate_rank)) as c (side, duplicate_rank);
analyze sweep_difference;
