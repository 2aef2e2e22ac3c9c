-- The cells of a range of days, counted just now; the first one begins with the first day that counts.
update indicator_cell_tonight set cell_month = %(first_day)s where cell_month < %(first_day)s;
create temporary view asked_cell as select * from indicator_cell_tonight;
