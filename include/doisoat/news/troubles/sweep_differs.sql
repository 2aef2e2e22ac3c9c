-- The last deep sweep, where what it derived anew is not what stands. It is over once a later sweep finds them the
-- same.
select
    'deep_sweep' as subject,
    jsonb_build_object('night', night, 'differences', differences) as facts
from (select
    night,
    differences
from ops.deep_sweep order by swept_at desc limit 1) last
where differences > 0
