-- Run in the warehouse's database by a superuser, again after a restore; running it twice changes nothing. What everybody who
-- may connect could do to the writer: fill the disk with large objects, and the server's memory with advisory locks. Neither
-- is used here. (`doisoat migrate` takes away what the database's owner can: CONNECT and TEMPORARY from PUBLIC.)
-- And what the owner needs to make readers with limits (`doisoat analyst add`): to set theirs on temporary files, and to let them
-- into the roles of readers and of the page, which the owner of another warehouse of this server may have made.
DO $$
DECLARE
    function regprocedure;
    shared name;
    owner regrole = (SELECT datdba FROM pg_database WHERE datname = current_database());
BEGIN
    EXECUTE format('GRANT SET ON PARAMETER temp_file_limit TO %s', owner);
    FOR shared IN SELECT rolname FROM pg_roles WHERE rolname IN ('analyst', 'gap_writer')
    LOOP
        IF NOT pg_has_role(owner, shared, 'MEMBER WITH ADMIN OPTION') THEN
            EXECUTE format('GRANT %I TO %s WITH ADMIN OPTION', shared, owner);
        END IF;
    END LOOP;
    FOR function IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^lo_|^lo(read|write)$|_advisory_'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function);
    END LOOP;
END $$;
