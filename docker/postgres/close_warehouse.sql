-- Run in the warehouse's database by a superuser, again after a restore; running it twice changes nothing. What everybody who
-- may connect could do to the writer: fill the disk with large objects, and the server's memory with advisory locks. Neither
-- is used here. (`doisoat migrate` takes away what the database's owner can: CONNECT and TEMPORARY from PUBLIC.)
-- And what the owner needs to make readers with limits (`doisoat analyst add`): to set theirs on temporary files, and to let them
-- into the role of readers, which somebody else may have made.
DO $$
DECLARE
    function regprocedure;
    owner regrole = (SELECT datdba FROM pg_database WHERE datname = current_database());
BEGIN
    EXECUTE format('GRANT SET ON PARAMETER temp_file_limit TO %s', owner);
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'analyst') AND NOT pg_has_role(owner, 'analyst', 'MEMBER WITH ADMIN OPTION') THEN
        EXECUTE format('GRANT analyst TO %s WITH ADMIN OPTION', owner);
    END IF;
    FOR function IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^lo_|^lo(read|write)$|_advisory_'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function);
    END LOOP;
END $$;
