# shellcheck shell=bash
# A newer QEMU (Debian sid) beside the system's own: unpacked, never installed, with the C library and the libraries of its own
# suite, started through their loader; needs no right and no mount namespace.

readonly QEMU_SUITE=sid QEMU_PACKAGES=(qemu-system-arm qemu-system-x86)

# qemu_closure: lines `PACKAGE VERSION` of all that must be unpacked
qemu_closure() {
  apt-get -s -o Debug::NoLocking=1 install "${QEMU_PACKAGES[@]}" |
    awk '$1 == "Inst" && $2 !~ /^(systemd|libsystemd-shared)$/ { gsub(/[()]/, "", $3); print $2, $3 }'
}

qemu_inputs() {
  local closure
  closure=$(qemu_closure 2>/dev/null) && [[ -n $closure ]] || {
    say "QEMU of Debian $QEMU_SUITE is not to be had from this machine's mirror"
    return 1
  }
  apt_version qemu-system-arm | grep -q ' 1:1[1-9]' || {
    say "Debian $QEMU_SUITE on this machine's mirror has no QEMU 11"
    return 1
  }
  printf '%s\n' "$closure"
  (cd "$here" && sha256sum lib/qemu.sh)
}

# qemu_make OUT WORK INPUTS
qemu_make() {
  local out=$1 work=$2 inputs=$3 version deb
  mkdir -p "$work/debs" "$out/root"
  say "fetching QEMU and its libraries: $(grep -vc '^[0-9a-f]\{64\} ' "$inputs") packages, 53 MB (about 20 seconds)"
  (cd "$work/debs" && grep -v '^[0-9a-f]\{64\} ' "$inputs" | tr ' ' '=' | xargs apt-get -qq download >&2) || return 3
  say "unpacking (about 10 seconds)"
  for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$out/root"; done
  rm -rf "$out"/root/usr/share/{doc,man,locale}
  cat >"$out/run" <<'END'
#!/bin/sh
# Runs a program of this QEMU: run qemu-system-arm ARGUMENTS…
root=$(dirname "$(readlink -f "$0")")/root
program=${1:?program}
shift
export QEMU_MODULE_DIR="$root/usr/lib/x86_64-linux-gnu/qemu"
exec "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/$program" \
  -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" "$@"
END
  chmod 755 "$out/run"
  version=$("$out/run" qemu-system-arm --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')
  [[ -n $version ]] || fail /dev/null "the unpacked QEMU does not run"
  printf '%s\n' 'name=qemu-11' 'run=run' "version=$version" >"$out/image.properties"
}
