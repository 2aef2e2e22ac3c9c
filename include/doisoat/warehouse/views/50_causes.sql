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
comment on view mart.dim_cause is 'Why something is not the same on two sides: the policy, in order. Grain: cause.';
comment on column mart.dim_cause.cause is 'Its name, as in the facts.';
comment on column mart.dim_cause.place is 'Its place in the order; the first rule whose evidence is present wins.';
comment on column mart.dim_cause.label is 'Its name in Vietnamese.';
comment on column mart.dim_cause.blames is 'The side at fault: province, portal, ministry or nobody.';
comment on column mart.dim_cause.is_decided is 'False if it only names what is observed, and the evidence leaves the reason open.';
comment on column mart.dim_cause.needs is 'The evidence that it requires.';
comment on column mart.dim_cause.action is 'What has to be done, in Vietnamese.';
