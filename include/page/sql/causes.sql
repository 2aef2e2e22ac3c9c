-- The causes: their names, whose move it is, and what has to be done.
select
    cause,
    label,
    blames,
    action
from mart.dim_cause
