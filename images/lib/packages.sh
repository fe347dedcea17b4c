# shellcheck shell=bash
# Debian packages of any architecture and suite through apt with a configuration, lists and status of its own: the machine's
# apt state and dpkg architectures are neither read nor changed, and no right is needed. A state lives in
# CACHE/apt/SUITE-ARCHITECTURE; each has one architecture, so that a list that a mirror lacks spoils no other.

readonly DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# apt_sources SUITE: lines `URI SUITE` of the Debian archive as this machine reaches it; fails where its apt knows none
apt_sources() {
  local suite=$1 own mirror
  own=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    awk '$3 == "main" && $1 ~ /^(http|https):.*debian/ { print $1, $2 }' | sort -u)
  if grep -q " $suite\$" <<<"$own"; then
    awk -v suite="$suite" '$2 == suite || $2 == suite "-security" || $2 == suite "-updates"' <<<"$own"
    return
  fi
  mirror=$(awk '$1 ~ /\/debian\/?$/ { sub(/\/debian\/?$/, "", $1); print $1; exit }' <<<"$own")
  [[ -n $mirror ]] || return 1
  echo "$mirror/debian/ $suite"
  [[ $suite == sid ]] || echo "$mirror/debian-security/ $suite-security"
}

# apt_require SUITE ARCHITECTURE: ends with 77 where there is no state and no archive from which to make one
apt_require() {
  [[ -e $cache/apt/$1-$2/apt.conf ]] || apt_sources "$1" >/dev/null ||
    missing "apt of this machine has no Debian archive among its sources, which would be that of the images' packages;" \
      "write a mirror of your choice to /etc/apt/sources.list.d/debian.list:" \
      "deb [signed-by=$DEBIAN_KEYRING] http://MIRROR/debian $1 main"
}

# apt_state SUITE ARCHITECTURE: makes the state if it is not there; sets APT_CONFIG for all that follows in this shell
apt_state() {
  local suite=$1 architecture=$2 state uri release
  state=$cache/apt/$suite-$architecture
  apt_stamp=$state/updated
  export APT_CONFIG=$state/apt.conf
  [[ ! -e $state/apt.conf ]] || return 0
  unset APT_CONFIG
  mkdir -p "$state"/{lists/partial,archives/partial}
  : >"$state/status"
  while read -r uri release; do
    echo "deb [signed-by=$DEBIAN_KEYRING] $uri $release main"
  done < <(apt_sources "$suite") >"$state/sources.list"
  {
    # How this machine reaches its mirrors (proxies, time-outs, checks) holds here too; its hooks do not.
    apt-config dump | grep '^Acquire::' | grep -v -e '^Acquire::IndexTargets' -e '^Acquire::Languages' || true
    printf '%s\n' "Dir::State \"$state\";" "Dir::State::lists \"$state/lists\";" "Dir::State::status \"$state/status\";" \
      "Dir::Cache \"$state\";" "Dir::Cache::archives \"$state/archives\";" "Dir::Etc::sourcelist \"$state/sources.list\";" \
      'Dir::Etc::sourceparts "/dev/null";' 'Dir::Etc::parts "/dev/null";' 'Dir::Etc::preferencesparts "/dev/null";' \
      "APT::Architecture \"$architecture\";" "APT::Architectures { \"$architecture\"; };" \
      'APT::Sandbox::User "root";' 'APT::Install-Recommends "false";' 'Acquire::Languages "none";' \
      'Acquire::Retries "3";'
  } >"$state/apt.conf.new"
  mv "$state/apt.conf.new" "$state/apt.conf"
  export APT_CONFIG=$state/apt.conf
}

# apt_lists SUITE ARCHITECTURE [again]: fetches the package lists where there are none yet, or again. Where one suite of
# several cannot be had (a mirror in the middle of its synchronisation) the others serve.
apt_lists() {
  local log
  apt_state "$1" "$2"
  [[ ! -e $apt_stamp || ${3:-} == again ]] || return 0
  say "package lists of Debian $1 for $2 (a few seconds)"
  log=$(keep_log "apt-$1-$2")
  if ! apt-get update >"$log" 2>&1; then
    [[ -n $(apt-cache pkgnames busybox-static)$(apt-cache pkgnames qemu-system-arm) ]] || return 1
    say "not all lists of $1 for $2 could be had, going on with those that could:" \
      "$(grep -m1 '^E:' "$log" | cut -c1-160)"
  fi
  : >"$apt_stamp"
}

# apt_version PACKAGE: `PACKAGE VERSION SHA256` of the newest version; fails where there is none
apt_version() {
  apt-cache show --no-all-versions "$1" 2>/dev/null |
    awk -v package="$1" '/^Version:/ { version = $2 } /^SHA256:/ { sum = $2 }
      END { if (version == "") exit 1; print package, version, sum }'
}

# apt_fetch DIRECTORY PACKAGE VERSION: downloads and checks (apt does) one package, prints the file
apt_fetch() {
  (cd "$1" && apt-get -qq download "$2=$3" >&2 && printf '%s\n' "$1/$2"_*.deb)
}
