-- The agency of a declared total: by code, else by a name that only one agency had in the period; else unknown. Each
-- different statement is worked out once: a year of reports repeats a few hundred units tens of thousands of times.
create temporary table stated_unit on commit drop as
select s.source_id, s.period_start, s.agency_key, s.agency_code, s.agency_name, coalesce(
    (select min(a.agency_id) from core.agency a
     where s.agency_code in (a.agency_id, a.code, a.old_code) or s.agency_key in (a.agency_id, a.code, a.old_code)
     having count(distinct a.agency_id) = 1),
    (select min(r.agency_id) from core.dossier_record r
     where r.source_id = s.source_id and r.agency_ref = s.agency_key and r.agency_id <> 'unknown'),
    (select min(a.agency_id) from core.agency a
     where a.name_key = s.name_key
       and (not isfinite(s.period_start) or a.valid_from <= s.period_start + 31 and s.period_start < a.valid_to)
     having count(distinct a.agency_id) = 1),
    'unknown') as agency_id
from (
    select distinct source_id, period_start, agency_key, agency_code, agency_name,
        core.agency_name_key(coalesce(agency_name, agency_key)) as name_key
    from total_tonight where agency_key <> ''
) s;
analyze stated_unit;
update total_tonight t set agency_id = s.agency_id
from stated_unit s
where (t.period_start, t.agency_key, coalesce(t.agency_code, ''), coalesce(t.agency_name, ''))
    = (s.period_start, s.agency_key, coalesce(s.agency_code, ''), coalesce(s.agency_name, ''));
-- The province itself is the whole: stated as an agency it is no agency of its own.
update total_tonight t set agency_key = '', agency_id = null
from core.agency a
where a.agency_id = t.agency_id and a.level = 'province'
  and not exists (
    select from total_tonight w
    where (w.source_id, w.measure, w.period_kind, w.period_start, w.agency_key)
        = (t.source_id, t.measure, t.period_kind, t.period_start, '')
  );
delete from total_tonight doubled using total_tonight kept
where (doubled.measure, doubled.period_kind, doubled.period_start, doubled.agency_key)
    = (kept.measure, kept.period_kind, kept.period_start, kept.agency_key) and doubled.ctid < kept.ctid;
drop table stated_unit;
