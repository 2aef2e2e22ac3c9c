-- What happened to the dossier's gaps.
select
    night,
    pair,
    kind,
    nullif(detail, '') as record,
    event,
    cause,
    cause_before,
    how,
    other_dossier_id
from recon.gap_event
where dossier_id = any(%(dossier_ids)s) or other_dossier_id = any(%(dossier_ids)s)
order by night, pair desc, kind, event
