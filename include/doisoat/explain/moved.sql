-- A dossier that the sides put into different cells gets the cause of the attribute that moves it; if several do, the
-- first in the order of the cell's parts. Two days of one month are one cell.
insert into cause_tonight
select distinct on (f.pair, f.dossier_id)
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    c.cause,
    jsonb_build_object('attribute', c.kind) || case jsonb_typeof(c.basis) when 'object' then c.basis else '{}' end
from unexplained f
join
    cause_tonight c
    on (c.pair, c.dossier_id) = (f.pair, f.dossier_id) and c.kind in ('agency', 'procedure', 'receipt_date')
join finding d on (d.pair, d.dossier_id, d.kind) = (c.pair, c.dossier_id, c.kind)
where f.kind = 'moved'
    and (c.kind <> 'receipt_date' or left(d.national_value, 7) is distinct from left(d.provincial_value, 7))
order by f.pair, f.dossier_id, array_position(array['agency', 'procedure', 'receipt_date'], c.kind);
