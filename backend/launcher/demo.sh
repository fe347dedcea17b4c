# shellcheck shell=bash
# `patchbay demo`, up to the point where Java can take over: options, packages, JDK, build, guest image. Sourced by the
# launcher, which has set $backend. Ends with 2 on wrong usage, 77 where something is missing that it may not install.

readonly DEMO_USAGE=2 DEMO_FAILED=1 DEMO_MISSING=77

demo_help() {
  cat <<'END'
Usage: patchbay demo [--board BOARD] [--keep] [--image FILE.mtd]

Boots a guest in QEMU, plugged into a daemon, and shows what works: NC-SI, DHCP, ping, DNS, a download, a forwarded port.
Builds what is not built yet; as root it installs the Debian packages that it lacks, and says which.

  --board BOARD     romulus-bmc (default: AST2500, NC-SI), ast2500-evb (MDIO PHY), ast2600-evb, e1000 (PC)
  --keep            leaves the guest on a console when all is shown (Ctrl-A X ends it)
  --image FILE.mtd  boots the flash image of a BMC instead of our own small Linux (not with e1000)
  -h, --help        this text

Takes 10 to 40 s; the first run on a machine builds too: about 10 minutes on two processors for the AST2500 boards, whose
kernel is compiled, 3 minutes for the others. Needs no root once the packages are there.
Exit status: 0 all shown, 1 a step failed, 2 usage, 77 something is missing on this machine.
END
}

demo_usage() {
  echo "patchbay: demo: $*; see patchbay demo --help" >&2
  exit $DEMO_USAGE
}

demo_missing() {
  echo "patchbay: demo: $*" >&2
  exit $DEMO_MISSING
}

demo_fail() {
  echo "patchbay: demo: $*" >&2
  exit $DEMO_FAILED
}

# demo_options ARGUMENTS…: sets demo_board, demo_image (empty: our own guest), demo_keep
demo_options() {
  demo_board=romulus-bmc demo_image='' demo_keep=''
  while (($# > 0)); do
    case $1 in
      -h | --help) demo_help && exit 0 ;;
      --keep) demo_keep=--keep ;;
      --board | --image)
        (($# > 1)) || demo_usage "$1 needs an argument"
        if [[ $1 == --board ]]; then demo_board=$2; else demo_image=$2; fi
        shift
        ;;
      --board=*) demo_board=${1#*=} ;;
      --image=*) demo_image=${1#*=} ;;
      -*) demo_usage "unknown option '$1'" ;;
      *) demo_usage "unexpected argument '$1'" ;;
    esac
    shift
  done
  case $demo_board in
    romulus-bmc | ast2500-evb) demo_guest=ast2500 demo_qemu=qemu-system-arm demo_qemu_package=qemu-system-arm ;;
    ast2600-evb) demo_guest=ast2600 demo_qemu=qemu-system-arm demo_qemu_package=qemu-system-arm ;;
    e1000) demo_guest=e1000 demo_qemu=qemu-system-x86_64 demo_qemu_package=qemu-system-x86 ;;
    *) demo_usage "--board '$demo_board': expected romulus-bmc, ast2500-evb, ast2600-evb or e1000" ;;
  esac
  if [[ -n $demo_image ]]; then
    [[ $demo_board != e1000 ]] || demo_usage "--image: board e1000 has no flash for firmware"
    [[ -f $demo_image ]] || demo_usage "--image '$demo_image': no such file"
    [[ -r $demo_image ]] || demo_usage "--image '$demo_image': cannot be read"
  fi
}

demo_built() { compgen -G "$backend/target/patchbay-backend-*.jar" >/dev/null && [[ -d $backend/target/lib ]]; }

# demo_lacking: the Debian packages that this run needs and that are not there
demo_lacking() {
  command -v "$demo_qemu" >/dev/null || echo "$demo_qemu_package"
  demo_built || command -v mvn >/dev/null || echo maven
  [[ -n $demo_image ]] || "$backend/../images/build" --missing "$demo_guest"
}

# demo_packages: installs what is lacking, or tells the one command that does
demo_packages() {
  local packages command
  packages=$(demo_lacking | sort -u | paste -sd' ')
  [[ -n $packages ]] || return 0
  command="apt-get update && apt-get install -y --no-install-recommends $packages"
  [[ $(id -u) == 0 ]] || demo_missing "needs Debian packages that are not installed; run as root: $command"
  command -v apt-get >/dev/null || demo_missing "needs (by Debian's names): $packages; and there is no apt-get here"
  echo "Installing Debian packages, about a minute: $packages"
  demo_watched apt-get update -q &&
    demo_watched env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages ||
    demo_missing "the packages could not be installed; run: $command"
}

# demo_watched COMMAND…: runs it in a process group of its own, which ends with us, its output indented
demo_watched() {
  local status indented indenter
  exec {indented}> >(sed -u 's/^/   /')
  indenter=$!
  set -m
  "$@" </dev/null >&"$indented" 2>&1 {indented}>&- &
  demo_child=$!
  set +m
  exec {indented}>&-
  wait "$demo_child"
  status=$?
  # what it said last stands before what the next one says
  wait "$indenter"
  demo_child=''
  return $status
}

demo_interrupted() {
  rm -f "${demo_told:-}"
  [[ -z ${demo_child:-} ]] || kill -TERM -- "-$demo_child" 2>/dev/null
  exit $((128 + $1))
}

# demo_build: the daemon, by Maven, which may run on any JDK: the one that we found compiles
demo_build() {
  demo_built && return 0
  local log=$backend/target/demo-build.log start=$SECONDS part shown='' told=0
  mkdir -p "$backend/target" 2>/dev/null || demo_fail "not built, and $backend cannot be written"
  echo "Building the daemon (mvn -DskipTests package): about 2 minutes, once; log: $log"
  set -m
  (cd "$backend/.." && JAVA_HOME=$java_home exec mvn -B -DskipTests -pl backend -am package) \
    >"$log" 2>&1 </dev/null &
  demo_child=$!
  set +m
  while kill -0 "$demo_child" 2>/dev/null; do
    sleep 1
    part=$(grep -o 'Building Patchbay [a-z].*' "$log" | tail -n 1 | tr -s ' ')
    if [[ $part != "$shown" ]] || ((SECONDS - told >= 15)); then
      echo "   $((SECONDS - start)) s: ${part:-Maven starts}, $(grep -c Downloaded "$log") files downloaded"
      shown=$part told=$SECONDS
    fi
  done
  wait "$demo_child" || {
    grep -m 10 ERROR "$log" >&2
    demo_fail "the build failed; log: $log"
  }
  demo_child=''
  demo_built || demo_fail "the build left no daemon; log: $log"
}

# demo_guest_image: sets demo_folder
demo_guest_image() {
  local cache=${PATCHBAY_CACHE:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/patchbay} minutes=1 status
  if ! compgen -G "$cache/images/$demo_guest-*" >/dev/null; then
    [[ $demo_guest != ast2500 ]] || minutes=$((16 / $(nproc) + 1))
    echo "Making the guest's image $demo_guest, about $minutes min, once"
  fi
  demo_told=$(mktemp) || exit $DEMO_FAILED
  demo_watched bash -c '"$1" "$2" >"$3"' demo "$backend/../images/build" "$demo_guest" "$demo_told"
  status=$?
  demo_folder=$(sed -n "s/^$demo_guest //p" "$demo_told")
  rm -f "$demo_told"
  ((status == 0)) || exit $status
  [[ -d $demo_folder ]] || demo_fail "images/build $demo_guest told no folder"
}

# demo_prepare ARGUMENTS…: sets demo_words, the arguments for Java
demo_prepare() {
  demo_options "$@"
  trap 'demo_interrupted 2' INT
  trap 'demo_interrupted 15' TERM
  trap 'demo_interrupted 1' HUP
  java25 ||
    demo_missing "needs a JDK 25: install Temurin 25 (https://adoptium.net/temurin/releases/?version=25) under /usr/lib/jvm, or set JAVA_HOME"
  demo_packages
  demo_build
  demo_words=(--board "$demo_board" ${demo_keep:+"$demo_keep"})
  if [[ -n $demo_image ]]; then
    demo_words+=(--image "$demo_image")
  else
    demo_guest_image
    demo_words+=(--guest "$demo_folder")
  fi
  trap - INT TERM HUP
}
