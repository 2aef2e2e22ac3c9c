-- Makes, or limits again, the login of a person or a program that reads `mart`. By a superuser, in the warehouse's database:
--   \set name thu   \set password ...   \set owner warehouse   \i make_reader.sql
-- Settings of the group role `analyst` do not reach its members, so each login has its own. A reader may raise the two timeouts
-- for itself, and not the rest. The owner is granted the login so that `doisoat migrate` may see and end its sessions.
SELECT format('CREATE ROLE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" LOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER CONNECTION LIMIT 5 PASSWORD :'password';
GRANT analyst TO :"name";
GRANT :"name" TO :"owner" WITH INHERIT TRUE, SET FALSE;
ALTER ROLE :"name" SET temp_file_limit = '2GB';
ALTER ROLE :"name" SET statement_timeout = '5min';
ALTER ROLE :"name" SET idle_in_transaction_session_timeout = '1min';
