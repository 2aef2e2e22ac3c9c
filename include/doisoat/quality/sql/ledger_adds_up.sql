select
    count(*) filter (where national_listed - provincial_listed <> entries) as unexpected,
    count(*) as total
from recon.ledger_cell where night = %(night)s
