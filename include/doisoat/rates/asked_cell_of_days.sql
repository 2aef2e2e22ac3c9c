-- The cells of a range of days, counted on the fly; the first one starts on the first day that counts.
update indicator_cell_tonight set cell_month = %(first_day)s where cell_month < %(first_day)s;
create temporary view asked_cell as select * from indicator_cell_tonight;
