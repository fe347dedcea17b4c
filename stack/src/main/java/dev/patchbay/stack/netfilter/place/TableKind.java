package dev.patchbay.stack.netfilter.place;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tables of iptables, in the order of their priorities at a hook. */
public enum TableKind {
  RAW(EnumSet.of(Hook.PREROUTING, Hook.OUTPUT)),
  MANGLE(EnumSet.allOf(Hook.class)),
  /**
   * Asked about the first packets of connections alone; at INPUT and POSTROUTING it is the last.
   */
  NAT(EnumSet.of(Hook.PREROUTING, Hook.INPUT, Hook.OUTPUT, Hook.POSTROUTING)),
  FILTER(EnumSet.of(Hook.INPUT, Hook.FORWARD, Hook.OUTPUT)),
  SECURITY(EnumSet.of(Hook.INPUT, Hook.FORWARD, Hook.OUTPUT));

  private final Set<Hook> hooks;
  private final String word;

  TableKind(Set<Hook> hooks) {
    this.hooks = hooks;
    word = name().toLowerCase(Locale.ROOT);
  }

  /** The hooks at which it has base chains, in their order. */
  public Set<Hook> hooks() {
    return hooks;
  }

  /** The word of {@code -t}. */
  public String word() {
    return word;
  }

  /** The table of that word, or null. */
  public static @Nullable TableKind of(String word) {
    for (TableKind kind : values()) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    return null;
  }
}
