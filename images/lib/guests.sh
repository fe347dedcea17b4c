# shellcheck shell=bash
# The guest images. For each NAME: guest_NAME_packages (lines `PACKAGE` or `PACKAGE as KEY`, all of one architecture),
# guest_NAME_make (fills the image directory from unpacked packages).

readonly SUITE=bookworm

guest_architecture() {
  case $1 in
    ast2500) echo armel ;;
    ast2600) echo armhf ;;
    e1000) echo amd64 ;;
  esac
}

# guest_kernel_package NAME: the Debian package with the kernel or its source
guest_kernel_package() {
  case $1 in
    ast2500) echo linux-source-6.1 ;;
    ast2600) real_kernel linux-image-armmp ;;
    e1000) real_kernel linux-image-amd64 ;;
  esac
}

# real_kernel META: the package that the meta package META stands for
real_kernel() {
  apt-cache show --no-all-versions "$1" | sed -n 's/^Depends: *\([^ ]*\).*/\1/p'
}

# guest_inputs NAME: all that decides about the image, one line each; fails where a package cannot be found
guest_inputs() {
  local package
  for package in "${ROOTFS_PACKAGES[@]}" "$(guest_kernel_package "$1")"; do
    apt_version "$package" || {
      say "no package '$package' for $(guest_architecture "$1") in Debian $SUITE"
      return 1
    }
  done
  (cd "$here" && sha256sum rootfs/* lib/rootfs.sh lib/guests.sh)
  [[ $1 != ast2500 ]] || kernel_inputs
}

# kernel_inputs: what decides about the compiled kernel beside its source package
kernel_inputs() {
  (cd "$here" && sha256sum ast2500.config lib/kernel.sh)
  arm-linux-gnueabi-gcc --version | head -n 1
}

# guest_fetch WORK INPUTS: downloads and unpacks all packages to WORK/PACKAGE; the source of a kernel is left packed
guest_fetch() {
  local work=$1 package version deb
  while read -r package version _; do
    mkdir -p "$work/debs"
    say "fetching $package $version"
    deb=$(apt_fetch "$work/debs" "$package" "$version") || return 1
    case $package in
      linux-source-*) mv "$deb" "$work/linux-source.deb" ;;
      linux-image-*)
        dpkg-deb -x "$deb" "$work/kernel"
        rm "$deb"
        ;;
      *)
        dpkg-deb -x "$deb" "$work/$package"
        rm "$deb"
        ;;
    esac
  done < <(grep -E '^[^ ]+ [^ ]+ [0-9a-f]{64}$' "$2")
}

# property KEY VALUE
property() { printf '%s=%s\n' "$1" "$2"; }

# board NAME MACHINE DTB MEMORY CONSOLE NETWORK [APPEND]
board() {
  property "board.$1.machine" "$2"
  [[ -z $3 ]] || property "board.$1.dtb" "$3"
  property "board.$1.memory" "$4"
  property "board.$1.console" "$5"
  property "board.$1.append" "console=$5,115200n8${7:+ $7}"
  property "board.$1.network" "$6"
}

guest_ast2500() {
  local work=$1 out=$2 inputs=$3 built version
  built=$(kernel_build "$work" "$inputs") || exit $EXIT_FAILED
  cp "$built"/{kernel,romulus.dtb,ast2500-evb.dtb} "$out/"
  version=$(<"$built/version")
  {
    property qemu qemu-system-arm
    property kernel.version "$version"
    property boards 'romulus-bmc ast2500-evb'
    board romulus-bmc romulus-bmc romulus.dtb 512M ttyS4 ncsi
    board ast2500-evb ast2500-evb ast2500-evb.dtb 512M ttyS4 phy
  } >>"$out/image.properties"
}

# kernel_release WORK: the release of an unpacked Debian kernel
kernel_release() { basename "$1"/kernel/lib/modules/*; }

guest_ast2600() {
  local work=$1 out=$2 tree=$4 release
  release=$(kernel_release "$work")
  cp "$work/kernel/boot/vmlinuz-$release" "$out/kernel"
  cp "$work/kernel/usr/lib/linux-image-$release/aspeed-ast2600-evb.dtb" "$out/ast2600-evb.dtb"
  rootfs_modules "$tree" "$work/kernel" "$release" realtek mdio-aspeed ftgmac100 -- 8021q bridge dummy tun veth
  {
    property qemu qemu-system-arm
    property kernel.version "$release"
    property boards ast2600-evb
    board ast2600-evb ast2600-evb ast2600-evb.dtb 1G ttyS4 phy
  } >>"$out/image.properties"
}

guest_e1000() {
  local work=$1 out=$2 tree=$4 release
  release=$(kernel_release "$work")
  cp "$work/kernel/boot/vmlinuz-$release" "$out/kernel"
  rootfs_modules "$tree" "$work/kernel" "$release" e1000 -- 8021q bridge dummy tun veth
  {
    property qemu qemu-system-x86_64
    property kernel.version "$release"
    property boards e1000
    board e1000 pc '' 256M ttyS0 phy
  } >>"$out/image.properties"
}

# guest_make NAME OUT WORK INPUTS: one whole image
guest_make() {
  local name=$1 out=$2 work=$3 inputs=$4 tree=$3/tree
  guest_fetch "$work" "$inputs" || return 3
  rootfs_tree "$tree" "$work"
  property name "$name" >"$out/image.properties"
  {
    property architecture "$(guest_architecture "$name")"
    property kernel kernel
    property initrd initrd
  } >>"$out/image.properties"
  "guest_$name" "$work" "$out" "$inputs" "$tree"
  rootfs_pack "$tree" "$out/initrd"
}
