package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Rule;
import dev.patchbay.stack.route.RuleMatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rules as {@code print_rule} of iproute2 prints them, as text and as JSON. */
final class RulePrinter {
  private final NetworkStack stack;
  private final IpOptions options;

  /** What the two forms say of the rule at hand. */
  private Map<String, @Nullable Object> json = new LinkedHashMap<>();

  private StringBuilder text = new StringBuilder();

  RulePrinter(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String print(List<Rule> rules) {
    return options.print(rules, this::json, this::text);
  }

  private Map<String, ?> json(Rule rule) {
    lay(rule);
    return json;
  }

  private String text(Rule rule) {
    lay(rule);
    return text.append('\n').toString();
  }

  private void lay(Rule rule) {
    json = new LinkedHashMap<>();
    text = new StringBuilder();
    put("priority", rule.priority(), rule.priority() + ":\t");
    RuleMatch match = rule.match();
    if (match.inverted()) {
      put("not", null, "not ");
    }
    if (match.from().length() == 0) {
      put("src", "all", "from all");
    } else {
      net("src", "from", match.from());
    }
    if (match.to().length() != 0) {
      net("dst", " to", match.to());
    }
    if (match.tos() != 0) {
      put("tos", RouteNames.ofTos(match.tos()), " tos " + RouteNames.ofTos(match.tos()));
    }
    mark(match.mark());
    device("iif", match.input());
    device("oif", match.output());
    transport(match.transport());
    action(rule);
    String protocol = rule.protocol() == null ? "unspec" : rule.protocol();
    boolean plain = protocol.equals("unspec") || protocol.equals("kernel");
    if (!plain || options.details()) {
      put("protocol", protocol, " proto " + protocol);
    }
  }

  private void put(String name, @Nullable Object value, String words) {
    json.put(name, value);
    text.append(words);
  }

  private void net(String name, String word, RuleMatch.Net net) {
    IpAddress address = net.address();
    put(name, address.toString(), word + " " + address);
    if (net.length() != address.bits()) {
      put(name + "len", net.length(), "/" + net.length());
    }
  }

  private static String hex(int value) {
    return value == 0 ? "0" : "0x" + Integer.toHexString(value);
  }

  private void mark(RuleMatch.Mark mark) {
    if (mark.equals(RuleMatch.Mark.ANY)) {
      return;
    }
    put("fwmark", hex(mark.value()), " fwmark " + hex(mark.value()));
    if (mark.mask() != -1) {
      put("fwmask", hex(mark.mask()), "/" + hex(mark.mask()));
    }
  }

  private void device(String name, @Nullable String device) {
    if (device != null) {
      put(name, device, " " + name + " " + device);
      if (stack.device(device) == null) {
        put(name + "_detached", null, " [detached]");
      }
    }
  }

  private void transport(RuleMatch.Transport transport) {
    if (transport.protocol() != 0) {
      String protocol = RouteNames.ofIpProtocol(transport.protocol());
      put("ipproto", protocol, " ipproto " + protocol);
    }
    ports("sport", transport.sport());
    ports("dport", transport.dport());
  }

  private void ports(String name, RuleMatch.Ports ports) {
    if (ports.equals(RuleMatch.Ports.ANY)) {
      return;
    }
    if (ports.first() == ports.last()) {
      put(name, ports.first(), " " + name + " " + ports.first());
    } else {
      put(name + "_start", ports.first(), " " + name + " " + ports.first());
      put(name + "_end", ports.last(), "-" + ports.last());
    }
  }

  private void action(Rule rule) {
    Rule.Action action = rule.action();
    if (action == null) {
      return;
    }
    switch (action) {
      case LOOKUP -> {
        String table = RouteNames.ofTable(rule.table());
        put("table", table, " lookup " + table);
        if (rule.suppress() >= 0) {
          String words = " suppress_prefixlength " + rule.suppress();
          put("suppress_prefixlen", rule.suppress(), words);
        }
      }
      case GOTO -> {
        put("goto", rule.target(), " goto " + rule.target());
        boolean v4 = options.family() != 6;
        if (!(v4 ? stack.routes4() : stack.routes6()).rules().isResolved(rule)) {
          put("unresolved", null, " [unresolved]");
        }
      }
      case NOP -> put("nop", null, " nop");
      default -> {
        String name = action.name().toLowerCase(Locale.ROOT);
        put("action", name, " " + name);
      }
    }
  }
}
