# shellcheck shell=bash
# Messages, cache, locks and requirements: used by all of images/build.

readonly EXIT_FAILED=1 EXIT_USAGE=2 EXIT_MISSING=77
cache=${PATCHBAY_CACHE:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/patchbay}

say() { printf 'images: %s\n' "$*" >&2; }

usage_error() {
  say "$*; see images/build --help"
  exit $EXIT_USAGE
}

# missing WHAT…: something that this machine lacks and the caller may be able to provide
missing() {
  say "$*"
  exit $EXIT_MISSING
}

# require_cache: ends with 77 where the cache cannot be written
require_cache() {
  mkdir -p "$cache/images" 2>/dev/null && [[ -w $cache/images ]] ||
    missing "the cache $cache cannot be written; set PATCHBAY_CACHE to a directory that can"
}

# fail LOG MESSAGE…: the end of a build, with the last lines of its log
fail() {
  local log=$1
  shift
  say "failed: $*"
  if [[ -s $log ]]; then
    say "last lines of $log:"
    tail -n 15 "$log" | sed 's/^/    /' >&2
  fi
  exit $EXIT_FAILED
}

# keep_log NAME: a log of NAME that outlives the build directory
keep_log() {
  mkdir -p "$cache/logs"
  printf '%s\n' "$cache/logs/$1.log"
}

# host_tools IMAGE: lines `COMMAND PACKAGE` that building IMAGE needs
host_tools() {
  printf '%s\n' 'apt-get apt' 'dpkg-deb dpkg' 'flock util-linux' 'xz xz-utils' 'tar tar'
  case $1 in
    qemu-11) ;;
    *) printf '%s\n' 'cpio cpio' 'gzip gzip' ;;
  esac
  case $1 in
    ast2500) printf '%s\n' 'arm-linux-gnueabi-gcc gcc-arm-linux-gnueabi' 'gcc gcc' 'make make' 'flex flex' \
      'bison bison' 'bc bc' 'perl perl' ;;
  esac
}

host_libraries() {
  case $1 in
    ast2500) printf '%s\n' '/usr/include/stdio.h libc6-dev' ;;
  esac
}

# packages_of IMAGE…: all Debian packages of the host
packages_of() {
  local image
  for image; do
    host_tools "$image"
    host_libraries "$image"
    echo "- debian-archive-keyring"
  done | awk '{ print $2 }' | sort -u
}

# lacking IMAGE: the Debian packages of the host that building IMAGE needs and that are not there, one a line
lacking() {
  local what package
  while read -r what package; do
    command -v "$what" >/dev/null || echo "$package"
  done < <(host_tools "$1")
  while read -r what package; do
    [[ -e $what ]] || echo "$package"
  done < <(host_libraries "$1")
  [[ -e $DEBIAN_KEYRING ]] || echo debian-archive-keyring
}

# require IMAGE: ends with 77 and the one command to copy where something is missing
require() {
  local packages
  packages=$(lacking "$1" | sort -u | paste -sd' ')
  [[ -z $packages ]] || missing "$1 needs Debian packages that are not installed; run: " \
    "apt-get install -y --no-install-recommends $packages"
}

# with_lock NAME: takes the lock NAME of the cache until this shell ends (call in a subshell)
with_lock() {
  mkdir -p "$cache/locks"
  exec {lock_descriptor}>"$cache/locks/$1"
  flock -n "$lock_descriptor" && return
  say "$1: another build holds the lock, waiting"
  flock "$lock_descriptor"
}

# hash16: the first 16 digits of the SHA-256 of standard input
hash16() { sha256sum | cut -c1-16; }

elapsed() { printf '%d:%02d' $(((SECONDS - $1) / 60)) $(((SECONDS - $1) % 60)); }

# watch_log PID LOG TOTAL START WHAT: progress of a compilation as its log grows, until PID ends
watch_log() {
  local pid=$1 log=$2 total=$3 start=$4 what=$5 done percent shown=-1
  while kill -0 "$pid" 2>/dev/null; do
    done=$(grep -c '^  [A-Z]' "$log" || true)
    percent=$((done * 100 / total))
    ((percent < 99)) || percent=99
    if [[ -t 2 ]]; then
      printf '\rimages: %s %3d %% (%d of about %d files), %s elapsed ' "$what" $percent "$done" "$total" \
        "$(elapsed "$start")" >&2
    elif ((percent / 10 > shown)); then
      shown=$((percent / 10))
      say "$what $percent % ($done of about $total files), $(elapsed "$start") elapsed"
    fi
    sleep 1
  done
  [[ ! -t 2 ]] || printf '\n' >&2
}
