select
    count(*) filter (where origin <> 'reference') as unexpected,
    count(*) as total
from core.agency
