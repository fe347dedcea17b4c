# shellcheck shell=bash
# The AST2500 kernel, compiled from Debian's source. It has its own place in the cache, so that a change of the root file
# system does not compile it again.

# files that a compilation names in its log, for the progress shown
readonly KERNEL_STEPS=1400

# kernel_build WORK INPUTS: prints the directory with kernel, device trees and version
kernel_build() {
  local work=$1 inputs=$2 result
  result=$cache/kernels/ast2500-$({
    grep '^linux-source' "$inputs"
    kernel_inputs
  } | hash16)
  if [[ ! -e $result/version ]]; then
    mkdir -p "$cache/kernels" "$work/linux" "$work/result"
    kernel_unpack "$work"
    kernel_compile "$work"
    grep '^linux-source' "$inputs" | cut -d' ' -f2 >"$work/result/version"
    rm -rf "$result"
    mv -T "$work/result" "$result"
  fi
  echo "$result"
}

kernel_unpack() {
  say "unpacking the kernel's source (1.4 GB, about 20 seconds)"
  dpkg-deb --fsys-tarfile "$1/linux-source.deb" | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
    xz -dc -T0 | tar -x -C "$1/linux" --strip-components=1 || fail /dev/null "cannot unpack the kernel's source"
  rm "$1/linux-source.deb"
}

# kernel_make WORK ARGUMENTS…
kernel_make() {
  local work=$1
  shift
  make -C "$work/linux" ARCH=arm CROSS_COMPILE=arm-linux-gnueabi- KBUILD_BUILD_USER=patchbay KBUILD_BUILD_HOST=patchbay \
    KBUILD_BUILD_TIMESTAMP='2024-01-01' "$@"
}

kernel_compile() {
  local work=$1 log start=$SECONDS pid option
  log=$(keep_log ast2500-kernel)
  kernel_make "$work" KCONFIG_ALLCONFIG="$here/ast2500.config" allnoconfig >"$log" 2>&1 || fail "$log" "configuration of the kernel"
  while read -r option; do
    grep -qx "$option" "$work/linux/.config" || fail /dev/null "the kernel's configuration does not take $option"
  done < <(grep '=y$' "$here/ast2500.config")
  say "compiling the kernel for AST2500: about $((14 / $(nproc) + 1)) minutes on $(nproc) processors, once; log: $log"
  kernel_make "$work" "-j$(nproc)" zImage aspeed-bmc-opp-romulus.dtb aspeed-ast2500-evb.dtb >"$log" 2>&1 &
  pid=$!
  # shellcheck disable=SC2064
  trap "kill $pid 2>/dev/null" EXIT
  watch_log "$pid" "$log" $KERNEL_STEPS "$start" 'kernel'
  wait "$pid" || fail "$log" "compilation of the kernel"
  trap - EXIT
  say "kernel compiled in $(elapsed "$start")"
  cp "$work/linux/arch/arm/boot/zImage" "$work/result/kernel"
  cp "$work/linux/arch/arm/boot/dts/aspeed-bmc-opp-romulus.dtb" "$work/result/romulus.dtb"
  cp "$work/linux/arch/arm/boot/dts/aspeed-ast2500-evb.dtb" "$work/result/ast2500-evb.dtb"
  rm -rf "$work/linux"
}
