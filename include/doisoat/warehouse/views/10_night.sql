create view mart.night as
select p.night, p.revision, p.published_at, p.night = max(p.night) over () as is_latest,
    c.as_of, c.provincial_cut_off, c.national_cut_off, c.provincial_is_complete, c.national_is_complete, c.matched_count,
    (select count(*) from ops.pull where pull.night = p.night and pull.state in ('stale', 'absent')) as stale_sources
from ops.publication p
left join recon.comparison c on c.night = p.night
where p.withdrawn_at is null;
comment on view mart.night is 'The published nights. Grain: night.';
comment on column mart.night.night is 'The local calendar date that the numbers report on.';
comment on column mart.night.revision is '1, or more where the night was published again after a correction.';
comment on column mart.night.published_at is 'When it was published (our clock).';
comment on column mart.night.is_latest is 'True for the night to read by default.';
comment on column mart.night.as_of is 'The moment both sides are compared at.';
comment on column mart.night.provincial_cut_off is 'Oldest cut-off of the provincial listings.';
comment on column mart.night.national_cut_off is 'Oldest cut-off of the national listings.';
comment on column mart.night.provincial_is_complete is 'Whether the provincial listings cover everything.';
comment on column mart.night.national_is_complete is 'Whether the national listings cover everything.';
comment on column mart.night.matched_count is 'Dossiers that both sides hold.';
comment on column mart.night.stale_sources is 'How many sources an earlier snapshot stands in for.';
