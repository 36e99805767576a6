#!/usr/bin/env bash
# A newer nats-server than Debian 12's for the tests of a cluster: Debian's own package of a later suite, unpacked into the
# user's cache (kennel-nats). Nothing is installed, and the machine's package lists stay as they are. KENNEL_NATS names the
# directory of another one.
set -euo pipefail
SUITE=forky
DIR=${XDG_CACHE_HOME:-$HOME/.cache}/kennel-nats

server() { "$DIR"/usr/sbin/nats-server --version 2>/dev/null; }

# apt with a source list, lists and cache of its own.
apt_apart() {
  apt-get -qq -o Dir::Etc::sourcelist="$WORK/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::lists="$WORK/lists" -o Dir::Cache="$WORK/cache" -o APT::Sandbox::User=root "$@"
}

mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | grep -v security | sort -u | head -1
}

unpack() {
  local from
  from=$(mirror)
  [ -n "$from" ] || return 1
  mkdir -p "$DIR" "$WORK"/{lists/partial,cache/archives/partial}
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $from $SUITE main" >"$WORK/sources.list"
  apt_apart update && (cd "$WORK" && apt_apart download nats-server && dpkg-deb -x nats-server_*.deb "$DIR")
}

if ! server; then
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  if ! { command -v apt-get >/dev/null && unpack && server; }; then
    echo "no newer nats-server can be had from Debian's $SUITE" >&2
    exit 1
  fi
fi
