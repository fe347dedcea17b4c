package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.netfilter.Rule;
import dev.patchbay.stack.netfilter.Table;

/** Rules in the words of iptables, for other commands. */
public final class RuleWords {
  private RuleWords() {}

  /** A rule of a table as {@code -S} prints it, without {@code -A CHAIN}. */
  public static String of(Table table, Rule rule) {
    return rule.description() instanceof RuleSpec spec ? spec.words(table) : "";
  }
}
