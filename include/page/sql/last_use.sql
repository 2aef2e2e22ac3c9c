-- Up to where the record of use goes.
select max(use_id) as use_id from mart.page_use
