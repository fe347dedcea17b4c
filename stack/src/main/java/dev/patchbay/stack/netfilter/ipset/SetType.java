package dev.patchbay.stack.netfilter.ipset;

import org.jspecify.annotations.Nullable;

/** The types of sets that there are ({@code struct ip_set_type}). */
public enum SetType {
  HASH_IP("hash:ip", "iphash", 6, 1, true),
  HASH_NET("hash:net", "nethash", 7, 1, true),
  HASH_IP_PORT("hash:ip,port", "ipporthash", 7, 2, true),
  BITMAP_PORT("bitmap:port", "portmap", 3, 1, false),
  LIST_SET("list:set", "setlist", 3, 1, false);

  private final String word;
  private final String alias;
  private final int revision;
  private final int dimension;
  private final boolean hash;

  SetType(String word, String alias, int revision, int dimension, boolean hash) {
    this.word = word;
    this.alias = alias;
    this.revision = revision;
    this.dimension = dimension;
    this.hash = hash;
  }

  /** The type of that name, or of its older one; null where there is none. */
  public static @Nullable SetType of(String word) {
    for (SetType type : values()) {
      if (type.word.equals(word) || type.alias.equals(word)) {
        return type;
      }
    }
    return null;
  }

  /** Its name. */
  public String word() {
    return word;
  }

  /** The newest revision that ipset 7.17 knows. */
  public int revision() {
    return revision;
  }

  /** How many parts of a packet a member is compared with. */
  public int dimension() {
    return dimension;
  }

  /** Whether it is one of the hash types: those have a family. */
  public boolean isHash() {
    return hash;
  }
}
