select
    pair,
    dossier_id,
    kind,
    detail,
    '{}'::jsonb as basis
from unexplained where standing = 'incomplete'
