-- Who took over from an agency that has ended: many from one and one from many, as the province's reference states it.
create table core.succession (
    agency_id text not null,
    successor_id text not null,
    since date not null,
    primary key (agency_id, successor_id),
    check (agency_id <> successor_id)
);
comment on table core.succession is 'Which agency took over from which, as the province''s reference states it. Grain: agency, successor.';
comment on column core.succession.agency_id is 'The agency that was there before.';
comment on column core.succession.successor_id is 'An agency that took over from it, or from a part of it.';
comment on column core.succession.since is 'First day on which it had.';
