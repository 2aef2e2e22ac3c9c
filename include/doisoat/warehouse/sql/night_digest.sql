-- One hash over all that can be read of a night: what holds on it and since when, its bridge, what it rests on and how its
-- checks came out. Left out is what later nights decide (until when a range holds) and our own clock.
select encode(sha256(convert_to(coalesce(string_agg(line, ' ' order by line collate "C"), ''), 'UTF8')), 'hex')
from (
    select md5('verdict' || (to_jsonb(t) - 'to_night')::text) as line
    from recon.verdict t where from_night <= %(night)s and %(night)s < to_night
    union all
    select md5('difference' || (to_jsonb(t) - 'to_night')::text)
    from recon.difference t where from_night <= %(night)s and %(night)s < to_night
    union all
    select md5('entry' || (to_jsonb(t) - 'to_night')::text)
    from recon.ledger_entry t where from_night <= %(night)s and %(night)s < to_night
    union all
    select md5('cause' || (to_jsonb(t) - 'to_night')::text)
    from recon.cause t where from_night <= %(night)s and %(night)s < to_night
    union all
    select md5('gap' || (to_jsonb(t) - 'to_night')::text)
    from recon.gap t where from_night <= %(night)s and %(night)s < to_night
    union all
    select md5('event' || to_jsonb(t)::text) from recon.gap_event t where night = %(night)s
    union all
    select md5('cell' || (to_jsonb(t) - 'to_night')::text)
    from recon.cell_status t where from_night <= %(night)s and %(night)s < to_night
    union all
    select md5('ministry cell' || (to_jsonb(t) - 'to_night')::text)
    from recon.ministry_cell t where from_night <= %(night)s and %(night)s < to_night
    union all
    select md5('indicator cell' || (to_jsonb(t) - 'to_night')::text)
    from recon.indicator_cell t where from_night <= %(night)s and %(night)s < to_night
    union all
    select md5('rate' || (to_jsonb(t) - 'to_night')::text)
    from recon.rate t where from_night <= %(night)s and %(night)s < to_night
    union all
    select md5('comparison' || to_jsonb(t)::text) from recon.comparison t where night = %(night)s
    union all
    select md5('ministry comparison' || to_jsonb(t)::text) from recon.ministry_comparison t where night = %(night)s
    union all
    select md5('learned lag' || to_jsonb(t)::text) from recon.learned_lag t where night = %(night)s
    union all
    select md5('bridge' || to_jsonb(t)::text) from recon.ledger_cell t where night = %(night)s
    union all
    select md5('pull' || to_jsonb(t)::text) from ops.pull t where night = %(night)s
    union all
    select md5('check' || (to_jsonb(t) - 'checked_at' - 'run_id')::text) from ops.check_result t where night = %(night)s
) said
