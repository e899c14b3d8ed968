#!/usr/bin/env bash
# Runs a command beside a private PostgreSQL cluster that lives as long as the command.
#
#   scripts/postgres.sh run COMMAND [ARGUMENT…]
#   scripts/postgres.sh find                     prints the directory of the server binaries
#
# The cluster listens on a socket in a directory of its own and on no port, so it meets no other server. It is as
# durable as a real one (fsync, data checksums) and is stopped and removed when the command ends, also on Ctrl-C.
# The command finds its URL in ACCRUAL_TEST_DATABASE_URL.
#
# Server binaries come from ACCRUAL_PG_BIN, /usr/lib/postgresql/*/bin or PATH; where there are none, and this runs as
# root or may use sudo without a password, the distribution's package is installed.
# Exit code: the command's, or 75 when there is no PostgreSQL to be had.
set -euo pipefail

readonly UNAVAILABLE=75

say() { printf 'postgres: %s\n' "$*" >&2; }

is_server_directory() { [[ -x $1/initdb && -x $1/pg_ctl && -x $1/postgres ]]; }

find_binaries() {
  local candidate
  if [[ -n ${ACCRUAL_PG_BIN:-} ]]; then
    is_server_directory "$ACCRUAL_PG_BIN" && { printf '%s\n' "$ACCRUAL_PG_BIN"; return; }
    say "ACCRUAL_PG_BIN=$ACCRUAL_PG_BIN holds no initdb, pg_ctl and postgres"
    return 1
  fi
  # The newest version first.
  while read -r candidate; do
    is_server_directory "$candidate" && { printf '%s\n' "$candidate"; return; }
  done < <(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -rV)
  candidate=$(command -v initdb || true)
  [[ -n $candidate ]] && candidate=$(dirname "$(readlink -f "$candidate")")
  [[ -n $candidate ]] && is_server_directory "$candidate" && { printf '%s\n' "$candidate"; return; }
  return 1
}

as_root() {
  if [[ $(id -u) -eq 0 ]]; then "$@"; else sudo -n "$@"; fi
}

install_binaries() {
  command -v apt-get >/dev/null || { say 'there are no PostgreSQL server binaries, and no apt-get to install them'; return 1; }
  if [[ $(id -u) -ne 0 ]] && ! sudo -n true 2>/dev/null; then
    say 'there are no PostgreSQL server binaries; install the package postgresql, or run this as root'
    return 1
  fi
  say 'installing the PostgreSQL server package'
  # The package would start a server of its own, which nobody asked for.
  as_root mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/accrual.conf >/dev/null
  as_root apt-get update -qq >&2 || say 'apt-get update failed; trying with the lists that are there'
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >&2 </dev/null || {
    say 'the package postgresql could not be installed'
    return 1
  }
}

# PostgreSQL refuses to run as root: then everything of the server runs as an unprivileged user.
server_user() {
  [[ $(id -u) -eq 0 ]] || { id -un; return; }
  if id -u postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

as_server() {
  if [[ $(id -u) -ne 0 ]]; then
    "$@"
  elif command -v runuser >/dev/null; then
    runuser -u "$user" -- "$@"
  elif command -v setpriv >/dev/null; then
    setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups -- "$@"
  else
    su -s /bin/sh "$user" -c "$(printf '%q ' "$@")"
  fi
}

# Stops the server this script started, and no other: pg_ctl reads its process id from the directory made here.
clean_up() {
  local code=$?
  trap - EXIT INT TERM HUP
  if [[ -n ${home:-} && -d $home ]]; then
    cd /
    if [[ -e $home/data/postmaster.pid ]]; then
      as_server "$bin/pg_ctl" -D "$home/data" -m immediate -w stop >/dev/null 2>&1 || say "the server in $home could not be stopped"
    fi
    rm -rf "$home"
  fi
  exit "$code"
}

# Texts sort by a language's rules, as on most servers and unlike the embedded store: what depends on the order of
# bytes must say so. Versions before 15 do not know the option.
make_cluster() {
  rm -rf "$home/data"
  as_server "$bin/initdb" -D "$home/data" -U accrual -A trust -E UTF8 --locale=C --data-checksums "$@" >"$home/initdb.log" 2>&1
}

start() {
  user=$(server_user)
  home=$(mktemp -d "${TMPDIR:-/tmp}/accrual-postgres.XXXXXX")
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  [[ $(id -u) -ne 0 ]] || chown "$user" "$home"
  # The server's user must be able to stand where it is started.
  pushd "$home" >/dev/null
  make_cluster --locale-provider=icu --icu-locale=en || make_cluster || {
    cat "$home/initdb.log" >&2
    say 'initdb failed'
    return 1
  }
  as_server tee -a "$home/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$home'
unix_socket_permissions = 0700
port = 5432
max_connections = 400
shared_buffers = 256MB
max_wal_size = 4GB
fsync = on
synchronous_commit = on
full_page_writes = on
CONF
  as_server "$bin/pg_ctl" -D "$home/data" -l "$home/server.log" -w -t 60 start >/dev/null || {
    [[ ! -e $home/server.log ]] || cat "$home/server.log" >&2
    say 'the server did not start'
    return 1
  }
  popd >/dev/null
  export ACCRUAL_TEST_DATABASE_URL="postgres:///postgres?user=accrual&host=$home"
  say "$("$bin/postgres" --version | head -1) runs in $home"
}

# Ends the command with everything it started, then this script.
pass_on() {
  trap '' INT TERM HUP
  kill -s "$1" -- "-$child" 2>/dev/null || true
  wait "$child" 2>/dev/null || true
  exit "$2"
}

main() {
  case ${1:-} in
    find) find_binaries ;;
    run)
      shift
      [[ $# -gt 0 ]] || { say 'run what? see the head of this script'; exit 64; }
      bin=$(find_binaries) || { [[ -z ${ACCRUAL_PG_BIN:-} ]] && install_binaries && bin=$(find_binaries); } || exit "$UNAVAILABLE"
      start || exit "$UNAVAILABLE"
      # In a process group of its own and waited for: a signal is passed on and acted on at once, not when the command ends.
      local code=0
      set -m
      "$@" </dev/null &
      child=$!
      set +m
      trap 'pass_on INT 130' INT
      trap 'pass_on TERM 143' TERM HUP
      wait "$child" || code=$?
      exit "$code"
      ;;
    *)
      sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2
      exit 64
      ;;
  esac
}

main "$@"
