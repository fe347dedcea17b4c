package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.route.RouteRefusedException;
import dev.patchbay.stack.route.Rule;
import dev.patchbay.stack.route.RuleMatch;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code ip rule add} and {@code ip rule delete} ({@code iprule_modify}). */
final class RuleModify {
  private static final Set<String> OTHERS = Set.of("l3mdev", "uidrange", "nat");

  private final NetworkStack stack;
  private final boolean adding;
  private final boolean v4;
  private final int family;
  private final RuleSelector selector = new RuleSelector();
  private long priority = Rule.OPEN;
  private Rule.@Nullable Action action;
  private long table;
  private boolean tableNamed;
  private long target = Rule.OPEN;
  private int suppress = -1;
  private @Nullable String protocol;

  RuleModify(NetworkStack stack, IpOptions options, boolean adding) {
    this.stack = stack;
    this.adding = adding;
    family = options.family();
    v4 = family != 6;
    action = adding ? Rule.Action.LOOKUP : null;
  }

  void run(List<String> words) throws RefusedException {
    if (words.isEmpty()) {
      String verb = adding ? "add" : "del";
      throw new RefusedException(
          RefusedException.FAILED, "\"ip rule " + verb + "\" requires arguments.");
    }
    Words.each(words, this::word);
    if (adding && !tableNamed) {
      table = RouteEntry.MAIN;
    }
    Fib fib = v4 ? stack.routes4() : stack.routes6();
    RuleMatch match = selector.match(v4);
    Rule rule = new Rule(priority, match, action, table, target, suppress, protocol);
    try {
      if (adding) {
        fib.rules().add(rule);
      } else {
        fib.rules().remove(rule);
      }
    } catch (RouteRefusedException e) {
      throw RefusedException.answered(e.errno(), e.getMessage());
    }
  }

  private void word(String word, Words rest) throws RefusedException {
    switch (keyword(word)) {
      case "not" -> selector.inverted = true;
      case "from" -> selector.from = AddressWord.prefix(rest.next(), family);
      case "to" -> selector.to = AddressWord.prefix(rest.next(), family);
      case "priority" -> priority = number(rest.next(), "preference value is invalid\n");
      case "tos" -> selector.tos = RuleSelector.tos(rest.next());
      case "fwmark" -> selector.mark(rest.next());
      case "protocol" -> protocol = protocol(rest.next());
      case "table" -> table(rest.next());
      case "suppress_prefixlength" -> suppress = suppress(rest.next());
      case "iif" -> selector.input = RuleSelector.device(rest.next(), "\"iif\"/\"dev\"");
      case "oif" -> selector.output = RuleSelector.device(rest.next(), "\"oif\"");
      case "ipproto" -> selector.protocol = RuleSelector.ipProtocol(rest.next());
      case "sport" -> selector.sport = RuleSelector.ports(rest.next(), "port");
      case "dport" -> selector.dport = RuleSelector.ports(rest.next(), "dport");
      default -> action(word.equals("type") ? rest.next() : word, rest);
    }
  }

  /** The keyword that a word abbreviates, as far as iproute2 lets it. */
  static String keyword(String word) {
    for (String full : List.of("preference", "order", "priority")) {
      if (IpOptions.matches(word, full)) {
        return "priority";
      }
    }
    if (IpOptions.matches(word, "dsfield")) {
      return "tos";
    }
    if (IpOptions.matches(word, "table") || word.equals("lookup")) {
      return word.equals("to") ? "to" : word.equals("tos") ? "tos" : "table";
    }
    if (IpOptions.matches(word, "suppress_prefixlength") || word.equals("sup_pl")) {
      return "suppress_prefixlength";
    }
    return word.equals("dev") ? "iif" : word;
  }

  private static long number(String word, String what) throws RefusedException {
    return Words.known(Numbers.unsigned(word, 0xffff_ffffL), word, what);
  }

  private static String protocol(String word) throws RefusedException {
    return Words.known(RouteNames.protocol(word), word, "\"protocol\" value is invalid\n");
  }

  private void table(String word) throws RefusedException {
    long found = RouteNames.table(word);
    if (found < 0) {
      throw RefusedException.wrong(word, "invalid table ID\n");
    }
    table = found;
    tableNamed = true;
  }

  private static int suppress(String word) throws RefusedException {
    return (int)
        Words.known(
            Numbers.unsigned(word, Integer.MAX_VALUE),
            word,
            "suppress_prefixlength value is invalid\n");
  }

  private void action(String word, Words rest) throws RefusedException {
    if (isNotHere(word)) {
      throw RefusedException.unsupported("ip rule " + (adding ? "add " : "del ") + word);
    }
    if (IpOptions.matches(word, "help")) {
      throw new RefusedException(RefusedException.SYNTAX, RuleCommand.USAGE);
    } else if (IpOptions.matches(word, "goto")) {
      action = Rule.Action.GOTO;
      target = number(rest.next(), "invalid target\n");
    } else if (IpOptions.matches(word, "nop")) {
      action = Rule.Action.NOP;
    } else {
      action = type(word);
    }
    tableNamed = true;
  }

  private static boolean isNotHere(String word) {
    return OTHERS.contains(word)
        || word.equals("sup_group")
        || IpOptions.matches(word, "realms")
        || IpOptions.matches(word, "tun_id")
        || IpOptions.matches(word, "map-to")
        || IpOptions.matches(word, "suppress_ifgroup");
  }

  /** A type of routes; of two of them the number is that of another action. */
  private Rule.Action type(String word) throws RefusedException {
    return switch (word) {
      case "unicast" -> Rule.Action.LOOKUP;
      case "local" -> Rule.Action.GOTO;
      case "broadcast" -> Rule.Action.NOP;
      case "blackhole" -> Rule.Action.BLACKHOLE;
      case "unreachable" -> Rule.Action.UNREACHABLE;
      case "prohibit" -> Rule.Action.PROHIBIT;
      case "throw" -> Rule.Action.THROW;
      case "anycast", "multicast" ->
          throw RefusedException.unsupported("ip rule " + (adding ? "add " : "del ") + word);
      default -> throw RefusedException.wrong(word, "Failed to parse rule type");
    };
  }
}
