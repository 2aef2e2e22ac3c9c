-- What people decided about a dossier's gaps.
select
    night,
    pair,
    kind,
    action,
    reason,
    expires_on,
    decided_by,
    decided_at
from mart.gap_decision
where dossier_id = any(%(codes)s)
order by decision_id
