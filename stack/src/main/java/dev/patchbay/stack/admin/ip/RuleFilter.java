package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Rule;
import dev.patchbay.stack.route.RuleMatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rules are meant: the words behind {@code ip rule show} and {@code flush} ({@code
 * iprule_list_flush_or_save}).
 */
final class RuleFilter {
  private final int family;
  private final String command;
  private final RuleSelector selector = new RuleSelector();
  private long priority = -1;
  private long table;
  private @Nullable String protocol;

  private RuleFilter(int family, String command) {
    this.family = family;
    this.command = command;
  }

  /**
   * @param command for messages
   */
  static RuleFilter parse(IpOptions options, List<String> words, String command)
      throws RefusedException {
    RuleFilter filter = new RuleFilter(options.family() == 6 ? 6 : 4, command);
    Words.each(words, filter::word);
    return filter;
  }

  private void word(String word, Words rest) throws RefusedException {
    switch (RuleModify.keyword(word)) {
      case "not" -> selector.inverted = true;
      case "from" -> selector.from = AddressWord.prefix(rest.next(), family);
      case "to" -> selector.to = AddressWord.prefix(rest.next(), family);
      case "priority" -> priority = number(rest.next());
      case "tos" -> selector.tos = RuleSelector.tos(rest.next());
      case "fwmark" -> selector.mark(rest.next());
      case "protocol" -> protocol = protocol(rest.next());
      case "table" -> table = table(rest.next());
      case "iif" -> selector.input = RuleSelector.device(rest.next(), "\"iif\"/\"dev\"");
      case "oif" -> selector.output = RuleSelector.device(rest.next(), "\"oif\"");
      case "ipproto" -> selector.protocol = RuleSelector.ipProtocol(rest.next());
      case "sport" -> selector.sport = RuleSelector.ports(rest.next(), "port");
      case "dport" -> selector.dport = RuleSelector.ports(rest.next(), "dport");
      default -> {
        if (List.of("l3mdev", "uidrange", "tun_id", "suppress_prefixlength").contains(word)) {
          throw RefusedException.unsupported("ip rule " + command + " " + word);
        }
        selector.to = AddressWord.prefix(word, family);
      }
    }
  }

  private static long number(String word) throws RefusedException {
    return Words.known(Numbers.unsigned(word, 0xffff_ffffL), word, "preference value is invalid\n");
  }

  private static @Nullable String protocol(String word) throws RefusedException {
    if (word.equals("all")) {
      return null;
    }
    return Words.known(RouteNames.protocol(word), word, "invalid \"protocol\"\n");
  }

  private static long table(String word) throws RefusedException {
    return Words.known(RouteNames.table(word), word, "table id value is invalid\n");
  }

  /** {@code filter_nlmsg}; who made it is not asked where rules are listed. */
  boolean wants(Rule rule) {
    RuleMatch match = rule.match();
    return (priority < 0 || priority == rule.priority())
        && (table == 0 || rule.action() == Rule.Action.LOOKUP && table == rule.table())
        && (!selector.inverted || match.inverted())
        && (selector.tos == 0 || selector.tos == match.tos())
        && (selector.input == null || selector.input.equals(match.input()))
        && (selector.output == null || selector.output.equals(match.output()))
        && wantsMark(match.mark())
        && wantsTransport(match.transport())
        && lies(match.from(), selector.from)
        && lies(match.to(), selector.to);
  }

  boolean wantsToFlush(Rule rule) {
    return rule.priority() != 0
        && wants(rule)
        && (protocol == null || protocol.equals(rule.protocol()));
  }

  private boolean wantsMark(RuleMatch.Mark mark) {
    boolean named = selector.mark.value() != 0;
    return (!named || selector.mark.value() == mark.value())
        && (!selector.maskNamed || selector.mark.mask() == mark.mask());
  }

  private boolean wantsTransport(RuleMatch.Transport own) {
    return (selector.protocol == 0 || selector.protocol == own.protocol())
        && (selector.sport.equals(RuleMatch.Ports.ANY) || selector.sport.equals(own.sport()))
        && (selector.dport.equals(RuleMatch.Ports.ANY) || selector.dport.equals(own.dport()));
  }

  private static boolean lies(RuleMatch.Net net, AddressWord.@Nullable Prefix outer) {
    IpAddress address = outer == null ? null : outer.address();
    if (outer == null || address == null || outer.length() == 0) {
      return true;
    }
    return net.length() > 0
        && net.address().network(outer.length()).equals(address.network(outer.length()));
  }
}
