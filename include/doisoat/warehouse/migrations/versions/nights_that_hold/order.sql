comment on column ops.night.state is 'open, loaded, reconciled, published, blocked by a check, or missed: of no source that is read every night anything was loaded.';
comment on column ops.night.inputs is 'SHA-256 over what the loaded state was made of: seals, province file, reference data, code version; null while nothing stands loaded.';
comment on column ops.night.touched_at is 'When a task of it last began or wrote (our clock). While one works it also holds a lock, so a long one is not taken for dead.';
