create view mart_history.learned_lag as
select
    n.night,
    n.revision,
    n.is_standing,
    n.is_latest,
    l.pair,
    l.presence,
    nullif(l.agency_id, '') as agency_id,
    l.allowed_lag,
    l.quantile,
    l.dossiers,
    l.arrived
from mart.night_revision n join archive.any_learned_lag l on l.archive_id = n.archive_id and l.night = n.night;

call pg_temp.show_standing('learned_lag');
comment on view mart.learned_lag is 'The lags that a night learned from earlier ones, if the province file asks for it. Grain: night, pair, presence, agency.';
comment on column mart.learned_lag.night is 'The published night.';
comment on column mart.learned_lag.is_latest is 'True for the night to read by default.';
comment on column mart.learned_lag.pair is 'The two sides compared.';
comment on column mart.learned_lag.presence is 'Which side may be late: provincial_only (the portal, for what the province holds) or national_only (the province).';
comment on column mart.learned_lag.agency_id is 'The agency, with all below it; null for the whole province.';
comment on column mart.learned_lag.allowed_lag is 'How old a dossier missing on the other side may be before it is a gap.';
comment on column mart.learned_lag.quantile is 'For which share of the dossiers it was enough.';
comment on column mart.learned_lag.dossiers is 'How many dossiers it is based on.';
comment on column mart.learned_lag.arrived is 'How many of them arrived while they were being watched.';
