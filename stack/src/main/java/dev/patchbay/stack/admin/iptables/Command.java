package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.netfilter.Counter;
import dev.patchbay.stack.netfilter.place.TableKind;
import java.util.List;

/** One command of iptables, read. */
final class Command {
  /** The letter of what is done: one of {@code ADCIRLSFZNXEPhV}. */
  char letter;

  TableKind table = TableKind.FILTER;

  /** Whether {@code -t} stood there. */
  boolean namesTable;

  /** The chain, empty where none was named. */
  String chain = "";

  /** The new name of {@code -E}, the target of {@code -P}. */
  String value = "";

  /** The number of a rule from 1, 0 where none was named. */
  int number;

  /** The rules that it tells of: one for each pair of addresses. */
  List<RuleSpec> rules = List.of();

  /** What {@code -c} says. */
  Counter counter = new Counter();

  /** Whether {@code -c} stood there. */
  boolean counts;

  /** What is said although all is taken: whole lines. */
  String warnings = "";

  int verbose;
  boolean numeric;
  boolean exact;
  boolean lineNumbers;

  boolean isShow() {
    return letter == 'L' || letter == 'S';
  }
}
