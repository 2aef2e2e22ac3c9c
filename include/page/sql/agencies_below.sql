-- An agency and everything that is or was below it.
select distinct agency_id from mart.agency_subtree where ancestor_id = %(agency)s
