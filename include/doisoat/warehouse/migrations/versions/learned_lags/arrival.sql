-- What each night saw of how late dossiers are (docs/adr/0019-learned-lags.md), and the lags that follow from earlier nights.
create table recon.arrival (
    night date not null,
    pair text not null,
    presence text not null check (presence in ('national_only', 'provincial_only')),
    agency_id text not null,
    received_on date not null,
    watched_for interval not null,
    hours integer check (hours >= 0),
    dossiers integer not null check (dossiers > 0),
    unique nulls not distinct (night, pair, presence, agency_id, hours)
);
comment on table recon.arrival is 'How late the dossiers received on one day reached the other side, counted once, on the night on which they had been watched for long enough. Grain: night, pair, presence, agency, hours.';
comment on column recon.arrival.night is 'The night that counted them.';
comment on column recon.arrival.pair is 'The two sides compared.';
comment on column recon.arrival.presence is 'Which side may be late: provincial_only (the portal, of what the province holds) or national_only (the province).';
comment on column recon.arrival.agency_id is 'The agency at the receipt date, as the side that holds them states it, or unknown.';
comment on column recon.arrival.received_on is 'The local date on which they were received.';
comment on column recon.arrival.watched_for is 'For how long they were watched.';
comment on column recon.arrival.hours is 'How old they were when a comparison last lacked them, in hours, rounded up; 0 where none did; null where they had not come by then.';
comment on column recon.arrival.dossiers is 'How many dossiers.';

create table recon.learned_lag (
    night date not null,
    pair text not null,
    presence text not null check (presence in ('national_only', 'provincial_only')),
    agency_id text not null,
    allowed_lag interval not null,
    quantile numeric not null,
    dossiers bigint not null,
    arrived bigint not null,
    primary key (night, pair, presence, agency_id)
);
comment on table recon.learned_lag is 'The lags that a night learned from earlier ones, where the province file asks for it and enough dossiers say it. Grain: night, pair, presence, agency.';
comment on column recon.learned_lag.night is 'The night on which it applies.';
comment on column recon.learned_lag.pair is 'The two sides compared.';
comment on column recon.learned_lag.presence is 'Which side may be late, as in recon.arrival.';
comment on column recon.learned_lag.agency_id is 'The agency, with all below it; empty for the whole province.';
comment on column recon.learned_lag.allowed_lag is 'How old a dossier that the other side lacks may be before it is a gap: never below the configured lag, never beyond at_most.';
comment on column recon.learned_lag.quantile is 'Of which share of the dossiers it was enough.';
comment on column recon.learned_lag.dossiers is 'How many dossiers it rests on.';
comment on column recon.learned_lag.arrived is 'How many of them came while they were watched.';

create table archive.learned_lag (archive_id integer not null, like recon.learned_lag including comments);
create index on archive.learned_lag (archive_id);
comment on table archive.learned_lag is 'Rows of earlier revisions, with the columns of recon.learned_lag.';
comment on column archive.learned_lag.archive_id is 'The generation: ops.publication says which revisions of which nights are in it.';
