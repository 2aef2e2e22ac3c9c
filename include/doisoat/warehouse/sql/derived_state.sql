-- All that is derived from core and stands for the night, row by row; until when a range holds is no part of it.
select 'recon.verdict' as relation, to_jsonb(t) - 'to_night' as row from recon.verdict t where to_night = 'infinity'
union all
select 'recon.difference', to_jsonb(t) - 'to_night' from recon.difference t where to_night = 'infinity'
union all
select 'recon.ledger_entry', to_jsonb(t) - 'to_night' from recon.ledger_entry t where to_night = 'infinity'
union all
select 'recon.cell_status', to_jsonb(t) - 'to_night' from recon.cell_status t where to_night = 'infinity'
union all
select 'recon.ministry_cell', to_jsonb(t) - 'to_night' from recon.ministry_cell t where to_night = 'infinity'
union all
select 'recon.cause', to_jsonb(t) - 'to_night' from recon.cause t where to_night = 'infinity'
union all
select 'recon.gap', to_jsonb(t) - 'to_night' from recon.gap t where to_night = 'infinity'
union all
select 'recon.gap_event', to_jsonb(t) from recon.gap_event t where night = %(night)s
union all
select 'recon.arrival', to_jsonb(t) from recon.arrival t where night = %(night)s
union all
select 'recon.learned_lag', to_jsonb(t) from recon.learned_lag t where night = %(night)s
union all
select 'recon.ledger_cell', to_jsonb(t) from recon.ledger_cell t where night = %(night)s
union all
select 'core.identity_conflict', to_jsonb(t) - 'to_night' from core.identity_conflict t where to_night = 'infinity'
