-- When time alone turns what is pending into a gap.
do $$
declare
    place text;
    of_table text;
begin
    foreach place in array array['recon', 'archive'] loop
        foreach of_table in array array['verdict', 'difference'] loop
            execute format('alter table %I.%I add column next_review_on date', place, of_table);
            execute format('comment on column %I.%I.next_review_on is %L', place, of_table, 'The first night on which it is a gap '
                || 'if nothing else changes and both sides are then known as a whole; null where time alone changes nothing.');
        end loop;
    end loop;
end $$;
