package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.RouteRefusedException;
import dev.patchbay.stack.route.Rule;
import java.util.List;

/** {@code ip rule} ({@code do_iprule}): rules of policy routing, listed and changed. */
final class RuleCommand {
  static final String USAGE =
      """
      Usage: ip rule { add | del } SELECTOR ACTION
             ip rule flush [ SELECTOR ]
             ip rule [ list [ SELECTOR ]]
      SELECTOR := [ not ] [ from PREFIX ] [ to PREFIX ] [ tos TOS ] [ fwmark FWMARK[/MASK] ]
                  [ iif STRING ] [ oif STRING ] [ pref NUMBER ] [ ipproto PROTOCOL ]
                  [ sport NUMBER[-NUMBER] ] [ dport NUMBER[-NUMBER] ]
      ACTION := [ table TABLE_ID ] [ protocol PROTO ] [ goto NUMBER | nop ]
                [ blackhole | unreachable | prohibit ] [ suppress_prefixlength NUMBER ]
      TABLE_ID := [ local | main | default | NUMBER ]\
      """;

  private final NetworkStack stack;
  private final IpOptions options;

  RuleCommand(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  /** Runs it in the order in which iproute2 tries its commands. Returns what it prints. */
  String run(List<String> words) throws RefusedException {
    String command = words.isEmpty() ? "list" : words.getFirst();
    List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
    if (IpOptions.matches(command, "list")
        || IpOptions.matches(command, "lst")
        || IpOptions.matches(command, "show")) {
      return new RulePrinter(stack, options).print(chosen(rest, "show"));
    } else if (IpOptions.matches(command, "save") || IpOptions.matches(command, "restore")) {
      throw RefusedException.unsupported("ip rule " + command);
    } else if (IpOptions.matches(command, "add")) {
      new RuleModify(stack, options, true).run(rest);
    } else if (IpOptions.matches(command, "delete")) {
      new RuleModify(stack, options, false).run(rest);
    } else if (IpOptions.matches(command, "flush")) {
      flush(rest);
    } else if (IpOptions.matches(command, "help")) {
      throw new RefusedException(RefusedException.SYNTAX, USAGE);
    } else {
      throw new RefusedException(
          RefusedException.SYNTAX, "Command \"" + command + "\" is unknown, try \"ip rule help\".");
    }
    return "";
  }

  private Fib fib() {
    return options.family() == 6 ? stack.routes6() : stack.routes4();
  }

  private List<Rule> chosen(List<String> words, String command) throws RefusedException {
    RuleFilter filter = RuleFilter.parse(options, words, command);
    return fib().rules().list().stream().filter(filter::wants).toList();
  }

  /** {@code flush_rule}: those of priority 0 stay. */
  private void flush(List<String> words) throws RefusedException {
    RuleFilter filter = RuleFilter.parse(options, words, "flush");
    List<Rule> all = fib().rules().list().stream().filter(filter::wantsToFlush).toList();
    for (Rule rule : all) {
      try {
        fib().rules().remove(rule);
      } catch (RouteRefusedException e) {
        throw RefusedException.answered(e.errno(), e.getMessage());
      }
    }
  }
}
