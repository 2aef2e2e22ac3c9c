-- What a retention must not take away: since when a record was shown.
create table core.first_seen (
    source_id text not null,
    record_id text not null,
    night date not null,
    primary key (source_id, record_id)
);
comment on table core.first_seen is 'Since when a record of the province was shown, where history of it was cut. Grain: source, record.';
comment on column core.first_seen.source_id is 'The source.';
comment on column core.first_seen.record_id is 'The record.';
comment on column core.first_seen.night is 'The first night on which it was shown.';
