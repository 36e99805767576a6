#!/bin/bash
# What the official entrypoint does as far as the compose file asks for it: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB.
set -euo pipefail
[ "${1:-}" = postgres ] || exec "$@"
if [ "$(id -u)" -eq 0 ]; then
  chown -R postgres:postgres "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  export PGUSER=${POSTGRES_USER:-postgres}
  initdb --username="$PGUSER" --pwfile=<(echo "${POSTGRES_PASSWORD:?is not set}") --auth-local=trust --auth-host=trust
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  # On its socket only, until it is set up.
  pg_ctl --wait --options="-c listen_addresses=''" start
  [ "${POSTGRES_DB:-postgres}" = postgres ] || createdb "$POSTGRES_DB"
  pg_ctl --wait --mode=fast stop
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
fi
exec "$@"
