#!/bin/sh
# Applies roles.sql and every migration that the database does not have yet; running it again changes nothing.
# Connects as psql (15 or later) does: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE. The user must be allowed to make roles.
# AUTHENTICATOR_PASSWORD, where it is set, becomes the password of the role that PostgREST logs in as.
set -eu
cd "$(dirname "$0")"

sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"
export PGOPTIONS

sql --single-transaction --file roles.sql --command "
  create schema if not exists kennel;
  create table if not exists kennel.migrations (name text primary key, applied_at timestamptz not null default now())"

for file in migrations/*.sql; do
  name=$(basename "$file" .sql)
  if [ -z "$(sql --command "select name from kennel.migrations where name = '$name'")" ]; then
    sql --single-transaction --file "$file" --command "insert into kennel.migrations (name) values ('$name')"
    echo "applied $name"
  fi
done

if [ -n "${AUTHENTICATOR_PASSWORD:-}" ]; then
  # By way of the environment: arguments are there for everybody on the machine to read.
  sql <<'SQL'
\getenv password AUTHENTICATOR_PASSWORD
alter role authenticator password :'password';
SQL
fi
