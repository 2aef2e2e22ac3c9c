#!/bin/bash
# Run once by the PostgreSQL image on an empty data directory: the databases of Airflow and of the warehouse, each with an
# owner who is no superuser. The warehouse's owner may make roles, because a migration makes the role that analysts read with.
# The superuser `postgres` has no password from here on: it can be used inside this container only, through its socket.
set -euo pipefail
run() { psql --set=ON_ERROR_STOP=1 --quiet --username "$POSTGRES_USER" --dbname "$1" "${@:2}"; }
run "$POSTGRES_DB" <<'SQL'
\set airflow `cat /run/secrets/airflow_db_password`
\set warehouse `cat /run/secrets/warehouse_password`
CREATE ROLE airflow LOGIN PASSWORD :'airflow';
CREATE DATABASE airflow OWNER airflow;
CREATE ROLE warehouse LOGIN CREATEROLE PASSWORD :'warehouse';
CREATE DATABASE warehouse OWNER warehouse;
REVOKE ALL ON DATABASE airflow, warehouse, postgres, template1 FROM PUBLIC;
ALTER ROLE postgres PASSWORD NULL;
SQL
run warehouse --file=/etc/doisoat/close_warehouse.sql
