package dev.patchbay.stack.oracle.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Random rules of one family that iptables takes, about the addresses and ports of which the
 * traffic is.
 */
final class RuleSource {
  /** A table's base chains. */
  private enum Table {
    RAW("PREROUTING", "OUTPUT"),
    MANGLE("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    NAT("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    FILTER("INPUT", "FORWARD", "OUTPUT"),
    SECURITY("INPUT", "FORWARD", "OUTPUT");

    private final List<String> chains;

    Table(String... chains) {
      this.chains = List.of(chains);
    }

    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Random random;
  private final boolean tracked;
  private final MatchSource matches;
  private final TargetSource targets;

  RuleSource(Random random, boolean v4, boolean tracked) {
    this.random = random;
    this.tracked = tracked;
    matches = new MatchSource(random, v4, tracked);
    targets = new TargetSource(random, v4, tracked);
  }

  /** A file for {@code iptables-restore} with all tables, so that nothing of another one stays. */
  List<RuleText> next() {
    List<RuleText> all = new ArrayList<>();
    int wealth = 1 + random.nextInt(10);
    for (Table table : Table.values()) {
      if (table == Table.NAT && !tracked) {
        continue;
      }
      all.addAll(table(table, wealth));
    }
    return all;
  }

  /** The text of a restore file. */
  static String text(List<RuleText> rules) {
    StringBuilder text = new StringBuilder();
    String table = "";
    for (RuleText rule : rules) {
      if (!rule.table().equals(table)) {
        text.append(table.isEmpty() ? "" : "COMMIT\n").append('*').append(rule.table());
        text.append('\n');
        table = rule.table();
      }
      text.append(rule.line()).append('\n');
    }
    return text.append(table.isEmpty() ? "" : "COMMIT\n").toString();
  }

  private List<RuleText> table(Table table, int wealth) {
    List<RuleText> all = new ArrayList<>();
    boolean busy = table == Table.FILTER || random.nextInt(3) > 0;
    for (String chain : table.chains) {
      boolean drops = table != Table.NAT && random.nextInt(table == Table.FILTER ? 8 : 60) == 0;
      String policy = drops ? "DROP" : "ACCEPT";
      all.add(new RuleText(table.word(), ":" + chain + " " + policy + " [0:0]", false));
    }
    int own = busy ? random.nextInt(4) : 0;
    List<String> users = new ArrayList<>();
    for (int n = 0; n < own; n++) {
      users.add("u" + n);
      all.add(new RuleText(table.word(), ":u" + n + " - [0:0]", false));
    }
    for (String chain : table.chains) {
      int count = busy ? random.nextInt(wealth + 2) : 0;
      for (int n = 0; n < count; n++) {
        all.add(rule(table, chain, users));
      }
    }
    for (int n = 0; n < own; n++) {
      int count = random.nextInt(wealth + 2);
      for (int i = 0; i < count; i++) {
        all.add(rule(table, "u" + n, users.subList(n + 1, users.size())));
      }
    }
    return all;
  }

  private RuleText rule(Table table, String chain, List<String> below) {
    boolean base = !chain.startsWith("u");
    StringBuilder line = new StringBuilder("-A ").append(chain);
    String target = "";
    String protocol = "";
    if (!below.isEmpty() && random.nextInt(4) == 0) {
      String to = below.get(random.nextInt(below.size()));
      target = (random.nextInt(4) == 0 ? " -g " : " -j ") + to;
    } else {
      TargetSource.Words words = targets.next(table.word(), base ? chain : "");
      target = words.text();
      protocol = words.protocol();
    }
    line.append(matches.next(base ? chain : "", protocol));
    return new RuleText(table.word(), line.append(target).toString(), true);
  }

  /**
   * A line of a restore file.
   *
   * @param table of it
   * @param line without its end
   * @param rule whether it can be left out
   */
  record RuleText(String table, String line, boolean rule) {}

  /** Words with a blank before each. */
  static String join(String... words) {
    return List.of(words).stream().map(word -> " " + word).collect(Collectors.joining());
  }
}
