create view mart.dim_cause as
select
    cause,
    place,
    label,
    blames,
    is_decided,
    needs,
    action
from core.cause_rule;
comment on view mart.dim_cause is 'Why something is not alike on two sides: the policy, in order. Grain: cause.';
comment on column mart.dim_cause.cause is 'Its name, as in the facts.';
comment on column mart.dim_cause.place is 'Its place in the order; the first rule whose evidence is there wins.';
comment on column mart.dim_cause.label is 'Its name in Vietnamese.';
comment on column mart.dim_cause.blames is 'The side at fault: province, portal, ministry or nobody.';
comment on column mart.dim_cause.is_decided is 'False where it names what is seen, while the evidence leaves open what made it so.';
comment on column mart.dim_cause.needs is 'The evidence without which it is not claimed.';
comment on column mart.dim_cause.action is 'What is asked for, in Vietnamese.';
