-- Run in the warehouse's database by a superuser, again after a restore; running it twice changes nothing. What everybody who
-- may connect could do to the writer: fill the disk with large objects, and the server's memory with advisory locks. Neither
-- is used here. (`doisoat migrate` takes away what the database's owner can: CONNECT and TEMPORARY from PUBLIC.)
DO $$
DECLARE
    function regprocedure;
BEGIN
    FOR function IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^lo_|^lo(read|write)$|_advisory_'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function);
    END LOOP;
END $$;
