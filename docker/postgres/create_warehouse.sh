#!/bin/bash
# Run once by the PostgreSQL image on an empty data directory: the warehouse and its owner, beside Airflow's database.
# The owner may make roles, because a migration makes the role that analysts read with.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --set=password="$WAREHOUSE_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE warehouse LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE warehouse OWNER warehouse;
SQL
