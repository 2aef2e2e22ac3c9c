-- People's decisions on the dossier's gaps.
select
    night,
    pair,
    kind,
    nullif(detail, '') as record,
    action,
    reason,
    expires_on,
    decided_by
from ops.gap_decision
where dossier_id = any(%(dossier_ids)s)
order by decision_id
