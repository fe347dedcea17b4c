package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.netfilter.Chain;
import dev.patchbay.stack.netfilter.Counter;
import dev.patchbay.stack.netfilter.Rule;
import dev.patchbay.stack.netfilter.TableDraft;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prints chains in columns, as {@code -L} does. */
final class RuleLister {
  private final TableDraft table;
  private final boolean verbose;
  private final boolean numeric;
  private final boolean exact;
  private final boolean numbered;
  private final StringBuilder to = new StringBuilder();

  RuleLister(TableDraft table, Command command) {
    this.table = table;
    verbose = command.verbose > 0;
    numeric = command.numeric;
    exact = command.exact;
    numbered = command.lineNumbers;
  }

  /** All chains of the list, with an empty line between them. */
  String chains(List<Chain> chains) {
    for (Chain chain : chains) {
      to.append(to.isEmpty() ? "" : "\n");
      header(chain);
      for (int i = 0; i < chain.size(); i++) {
        rule(chain.rule(i), i + 1);
      }
    }
    return to.toString();
  }

  /** One rule without a header. */
  String rule(Chain chain, int number) {
    rule(chain.rule(number - 1), number);
    return to.toString();
  }

  private void header(Chain chain) {
    to.append("Chain ").append(chain.name()).append(" (");
    if (chain.hook() != null) {
      to.append("policy ").append(chain.policy());
      if (verbose) {
        Counter seen = chain.policyCounter();
        to.append(' ').append(number(seen.packets, 0)).append(" packets, ");
        to.append(number(seen.bytes, 0)).append(" bytes");
      }
    } else {
      to.append(table.references(chain.id())).append(" references");
    }
    to.append(")\n");
    to.append(numbered ? "num  " : "");
    if (verbose) {
      to.append((exact ? "%8s %10s " : "%5s %5s ").formatted("pkts", "bytes"));
    }
    to.append("target     prot opt ").append(verbose ? "in     out     " : "");
    to.append("source               destination         \n");
  }

  private void rule(Rule rule, int number) {
    RuleSpec spec = (RuleSpec) rule.description();
    if (numbered) {
      to.append("%-4d ".formatted(number));
    }
    if (verbose) {
      to.append(number(rule.counter().packets, exact ? 8 : 5)).append(' ');
      to.append(number(rule.counter().bytes, exact ? 8 : 5)).append(' ');
    }
    to.append("%-9s ".formatted(spec.listedTarget(table)));
    RuleSpec.Said<Integer> protocol = spec.protocol;
    int said = protocol == null ? 0 : protocol.value();
    to.append(protocol != null && protocol.inverted() ? '!' : ' ');
    to.append("%-4s ".formatted(numeric ? String.valueOf(said) : Protocols.name(said)));
    to.append(spec.fragment == null ? "--" : spec.fragment.inverted() ? "!f" : "-f").append(' ');
    if (verbose) {
      to.append(" %-6s %-6s ".formatted(device(spec.in), device(spec.out)));
    }
    address(spec.source, spec.v4);
    address(spec.destination, spec.v4);
    to.append(spec.goes ? "[goto] " : "");
    spec.matches.forEach(match -> match.list(to, numeric));
    if (spec.extension != null) {
      spec.extension.list(to, numeric);
    }
    to.append('\n');
  }

  private String device(RuleSpec.@Nullable Said<String> said) {
    return said == null ? numeric ? "*" : "any" : (said.inverted() ? "!" : "") + said.value();
  }

  private void address(RuleSpec.@Nullable Said<AddressSpec> said, boolean v4) {
    String any = v4 ? "0.0.0.0/0" : "::/0";
    boolean all = said == null || said.value().isAny();
    String text = said == null || all && !numeric ? any : said.value().listed();
    to.append(said != null && said.inverted() ? '!' : ' ');
    to.append("%-19s ".formatted(all && !numeric ? "anywhere" : text));
  }

  /** {@code xtables_print_num}: in thousands where it is long, but for {@code -x}. */
  private String number(long value, int width) {
    if (exact || value <= 99_999) {
      return width == 0 ? String.valueOf(value) : ("%" + width + "d").formatted(value);
    }
    long shown = value;
    for (String unit : List.of("K", "M", "G", "T")) {
      shown = (shown + 500) / 1000;
      if (shown <= 9_999 || unit.equals("T")) {
        return width == 0 ? shown + unit : "%4d%s".formatted(shown, unit);
      }
    }
    throw new AssertionError();
  }
}
