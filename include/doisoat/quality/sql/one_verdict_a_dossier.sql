select
    coalesce(sum(verdicts - 1), 0) as unexpected,
    count(*) as total
from (
    select count(*) as verdicts from recon.verdict
    where from_night <= %(night)s and %(night)s < to_night group by pair, dossier_id
) judged
