-- The last deep sweep, if what it recomputed differs from the stored result. It is over once a later sweep finds no
-- difference.
select
    'deep_sweep' as subject,
    jsonb_build_object('night', night, 'differences', differences) as facts
from (select
    night,
    differences
from ops.deep_sweep order by swept_at desc limit 1) last
where differences > 0
