# shellcheck shell=bash
# How Java is started: which JDK, class path, options. Sourced by the launcher and by `train`, since the caches that `train`
# makes are good only for the same JVM, class path and options. Starts no program where it can be avoided.

# java25: sets java_home to a JDK 25: JAVA_HOME where it is one, else what is installed beside the default
java25() {
  local candidate release path
  for candidate in ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/*25* /opt/*25* "${HOME:-/nonexistent}"/.sdkman/candidates/java/25*; do
    [[ -x $candidate/bin/java && -r $candidate/release ]] || continue
    java_release release "$candidate"
    if [[ $release == *'JAVA_VERSION="25'[.\"]* ]]; then
      java_home=$candidate
      return 0
    fi
  done
  if path=$(command -v java) && [[ $(java -version 2>&1) == *'version "25'* ]]; then
    path=$(readlink -f "$path")
    java_home=${path%/bin/java}
    return 0
  fi
  return 1
}

# java_release VARIABLE HOME: sets VARIABLE to what tells one JDK from another
java_release() { IFS= read -r -d '' "$1" <"$2/release" || true; }

# java_class_path BACKEND: sets class_path, each archive named, in the same order under every locale; fails where nothing is built
java_class_path() {
  local LC_ALL=C archives library
  archives=("$1"/target/patchbay-backend-*.jar)
  [[ -e ${archives[0]:-} && -d $1/target/lib ]] || return 1
  class_path=${archives[0]}
  for library in "$1"/target/lib/*.jar; do
    class_path+=:$library
  done
}

# java_kind MAIN [WORD…]: sets kind: `daemon` for what stays, or `word` for what ends soon
java_kind() {
  kind=word
  [[ $1 == *.cli.Main && ${2:-} != run && ${2:-} != device ]] || kind=daemon
}

# java_options KIND: sets java_options, without the cache
java_options() {
  # C1 alone: C2 costs some ten seconds of a core, just when the first load comes, and repays them only to those who go on for
  # minutes (figures: backend/README.md)
  java_options=(-XX:+UseSerialGC -Xmx512m -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -Dlog4j2.disableJmx=true)
  # what dies young is little, since packets are pooled; of what lives on, as 100 000 new rules do, only so much is to be copied
  # at once that no collection stops the loop for 10 ms (figures: backend/README.md)
  [[ $1 == word ]] || java_options+=(-Xmn8m)
  # shellcheck disable=SC2206 # words are meant to be split
  [[ $1 == word ]] || java_options+=(${PATCHBAY_JAVA_OPTIONS:-})
}

# java_cache BACKEND KIND: adds the cache that the build left for this JVM to java_options. The JVM itself checks that it fits
# the class path, and goes on without it, in silence, where it does not. PATCHBAY_AOT=off does without.
java_cache() {
  local cache=$1/target/aot/$2.aot made own
  [[ ${PATCHBAY_AOT:-} != off && -r $cache && -r $1/target/aot/release ]] || return 0
  IFS= read -r -d '' made <"$1/target/aot/release" || true
  java_release own "$java_home"
  [[ $made != "$own" ]] || java_options+=("-XX:AOTCache=$cache" '-Xlog:aot*=off' '-Xlog:cds*=off')
}
