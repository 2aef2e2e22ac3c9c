-- Once a week all is derived anew from core, and must be what the nights came to by looking at what changed.
create table ops.deep_sweep (
    night date not null,
    swept_at timestamptz not null default now(),
    rows bigint not null,
    differences integer not null,
    primary key (night, swept_at)
);
comment on table ops.deep_sweep is 'Deep sweeps: the state of a night derived anew as a whole and held against what stands. Grain: night, sweep.';
comment on column ops.deep_sweep.night is 'The night: the latest one.';
comment on column ops.deep_sweep.swept_at is 'When it was swept, by our clock.';
comment on column ops.deep_sweep.rows is 'How many derived rows were held against each other.';
comment on column ops.deep_sweep.differences is 'How many rows one of the two has and the other has not; 0 on a good week.';

create table recon.sweep_difference (
    night date not null,
    relation text not null,
    side text not null check (side in ('standing', 'anew')),
    row jsonb not null
);
create index on recon.sweep_difference (night);
comment on table recon.sweep_difference is 'Rows in which the last deep sweep of a night differs from what stands, both kept for whoever looks for the reason. Grain: night, relation, side, row.';
comment on column recon.sweep_difference.night is 'The night.';
comment on column recon.sweep_difference.relation is 'The table of the row.';
comment on column recon.sweep_difference.side is 'standing (what the nights came to) or anew (what the whole comes to).';
comment on column recon.sweep_difference.row is 'The row; of core.dossier_record its key and what identity says of it.';
