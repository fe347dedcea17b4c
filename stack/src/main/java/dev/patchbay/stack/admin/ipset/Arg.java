package dev.patchbay.stack.admin.ipset;

import org.jspecify.annotations.Nullable;

/** An option of a command of ipset ({@code ipset_args}). */
enum Arg {
  FAMILY("family", true),
  INET("-4", false),
  INET6("-6", false),
  HASHSIZE("hashsize", true),
  MAXELEM("maxelem", true),
  NETMASK("netmask", true),
  BITMASK("bitmask", true),
  TIMEOUT("timeout", true),
  COUNTERS("counters", false),
  COMMENT("comment", false),
  FORCEADD("forceadd", false),
  SKBINFO("skbinfo", false),
  BUCKETSIZE("bucketsize", true),
  INITVAL("initval", true),
  SIZE("size", true),
  PORT_RANGE("range", true),
  FROM_PORT("from", true),
  TO_PORT("to", true),
  /** Options of old that ipset passes over with a warning. */
  PROBES("probes", true),
  RESIZE("resize", true),
  GC("gc", true),
  FROM("from", true),
  TO("to", true),
  NETWORK("network", true),
  BEFORE("before", true),
  AFTER("after", true),
  NOMATCH("nomatch", false),
  PACKETS("packets", true),
  BYTES("bytes", true),
  MEMBER_COMMENT("comment", true),
  SKBMARK("skbmark", true),
  SKBPRIO("skbprio", true),
  SKBQUEUE("skbqueue", true);

  private final String word;
  private final boolean valued;

  Arg(String word, boolean valued) {
    this.word = word;
    this.valued = valued;
  }

  String word() {
    return word;
  }

  /** Whether a word follows it. */
  boolean isValued() {
    return valued;
  }

  /** Whether a word is it, two dashes before it or not. */
  boolean is(String said) {
    return word.equals(said.startsWith("--") ? said.substring(2) : said);
  }

  /** Which of some a word is, or null. */
  static @Nullable Arg of(Iterable<Arg> some, String said) {
    for (Arg arg : some) {
      if (arg.is(said)) {
        return arg;
      }
    }
    return null;
  }
}
