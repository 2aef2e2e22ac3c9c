-- A procedure that the reference lacks is learned by its code only; the check "known procedures" counts them.
insert into core.procedure (procedure_family, procedure_code, field_code, origin, first_night)
select distinct on (procedure_family)
    procedure_family,
    procedure_code,
    field_code,
    %(source_id)s,
    %(night)s
from (
    select
        procedure_family,
        procedure_code,
        field_code,
        count(*) as stated_rows
    from raw.landing_record
    where procedure_family <> 'unknown' group by 1, 2, 3
) stated
where not exists (select from core.procedure p where p.procedure_family = stated.procedure_family)
order by procedure_family, stated_rows desc, procedure_code
on conflict do nothing;
