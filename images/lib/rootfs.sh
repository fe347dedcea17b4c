# shellcheck shell=bash
# Root file systems: Debian's static busybox, our init, a few small network tools that the static busybox lacks, modules.

readonly ROOTFS_PACKAGES=(busybox-static busybox ipsvd netcat-traditional libc6)

# rootfs_tree TREE DEBS: fills the directory TREE from unpacked packages
rootfs_tree() {
  local tree=$1 debs=$2 file
  mkdir -p "$tree"/{bin,sbin,etc,usr/bin,usr/sbin,usr/share/udhcpc,lib/modules,root}
  install -m 755 "$debs/busybox-static/bin/busybox" "$tree/bin/busybox"
  ln -s busybox "$tree/bin/sh"
  install -m 755 "$debs/busybox/bin/busybox" "$tree/bin/busybox-more"
  install -m 755 "$debs/ipsvd/usr/bin/tcpsvd" "$tree/usr/bin/tcpsvd"
  install -m 755 "$debs/netcat-traditional/bin/nc.traditional" "$tree/bin/nc.traditional"
  # the loader at the path which the programs name, and the two libraries that they need
  while read -r file; do
    mkdir -p "$tree/$(dirname "$file")"
    cp -L "$debs/libc6/$file" "$tree/$file"
  done < <(cd "$debs/libc6" && find lib* -name 'ld-linux*.so.[0-9]' -o -name libc.so.6 -o -name libresolv.so.2)
  for file in init harness udhcpc.sh; do install -m 755 "$here/rootfs/$file" "$tree/etc/$file"; done
  mv "$tree/etc/init" "$tree/init"
  mkdir -p "$tree/etc/udhcpc"
  ln -s /etc/udhcpc.sh "$tree/etc/udhcpc/default.script"
  ln -s /etc/udhcpc.sh "$tree/usr/share/udhcpc/default.script"
  : >"$tree/etc/modules"
  echo 'root::0:0:root:/root:/bin/sh' >"$tree/etc/passwd"
  echo 'root:x:0:' >"$tree/etc/group"
  echo '127.0.0.1 localhost' >"$tree/etc/hosts"
  echo guest >"$tree/etc/hostname"
}

# module_field FIELD FILE: the values of one field of a module's information section
module_field() { tr '\0' '\n' <"$2" | sed -n "s/^$1=//p"; }

# rootfs_modules TREE PACKAGE VERSION LOADED… -- OTHERS…: copies modules with all that they depend on, writes modules.dep and
# modules.alias (so that modprobe and the kernel's own requests find them); those before -- are loaded at boot, in order.
rootfs_modules() {
  local tree=$1 source=$2 version=$3 target module name file depends all=() loading=1
  shift 3
  target=$tree/lib/modules/$version
  mkdir -p "$target"
  for module; do
    if [[ $module == -- ]]; then
      loading=0
      continue
    fi
    ((loading == 0)) || echo "$module" >>"$tree/etc/modules"
    all+=("$module")
  done
  while ((${#all[@]})); do
    name=${all[0]}
    all=("${all[@]:1}")
    [[ ! -e $target/$name.ko ]] || continue
    file=$(find "$source/lib/modules/$version" -name "$name.ko" -o -name "${name//_/-}.ko" | head -n 1)
    [[ -n $file ]] || return 1
    cp "$file" "$target/$name.ko"
    IFS=, read -ra depends < <(module_field depends "$file") || true
    all+=("${depends[@]}")
  done
  modules_index "$target"
}

# modules_index DIRECTORY: modules.dep with each module's dependencies in full, modules.alias
modules_index() {
  local file name depends=()
  for file in "$1"/*.ko; do
    mapfile -t depends < <(module_closure "$1" "$(basename "$file" .ko)" | tail -n +2 |
      tac | awk '!seen[$0]++' | tac)
    echo "$(basename "$file"):${depends[*]:+ ${depends[*]/%/.ko}}"
  done >"$1/modules.dep"
  for file in "$1"/*.ko; do
    name=$(basename "$file" .ko)
    module_field alias "$file" | awk -v name="${name//-/_}" '{ print "alias", $0, name }'
  done >"$1/modules.alias"
  : >"$1/modules.symbols"
}

# module_closure DIRECTORY NAME: NAME, then what must be loaded before it; of repeated names the last counts (so each module
# comes before all that it needs, which is how modules.dep is read: from the right)
module_closure() {
  local name needed
  echo "$2"
  IFS=, read -ra needed < <(module_field depends "$1/$2.ko") || true
  for name in "${needed[@]}"; do module_closure "$1" "$name"; done
}

# rootfs_pack TREE FILE: a gzipped newc archive owned by root, the same for the same content
rootfs_pack() {
  find "$1" -exec touch -h -d @0 {} +
  (cd "$1" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 --reproducible) | gzip -n -9 >"$2"
}
