package dev.patchbay.stack.admin.ss;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The expression behind the options of {@code ss}: {@code sport = :80}, {@code dst 10.0.2.15}, with
 * {@code and}, {@code or}, {@code not} and parentheses. As in iproute2, {@code and} and {@code or}
 * bind equally, from left to right; terms side by side are joined by {@code and}.
 */
final class SsFilter {
  private static final int EPHEMERAL_FIRST = 32768;
  private static final int EPHEMERAL_LAST = 60999;

  private final NetworkStack stack;
  private final PortNames names;
  private final List<String> tables;
  private final Deque<String> tokens = new ArrayDeque<>();

  /** 4 or 6 where a condition named the family, which then holds for the whole listing. */
  private int family;

  private SsFilter(NetworkStack stack, PortNames names, List<String> tables, List<String> words) {
    this.stack = stack;
    this.names = names;
    this.tables = tables;
    for (String word : words) {
      for (String token : word.trim().split("[ \t]+")) {
        if (!token.isEmpty()) {
          tokens.add(token);
        }
      }
    }
  }

  /**
   * The test that {@code words} describe.
   *
   * @param tables where the names of ports are looked up
   */
  static Predicate<SsSocket> parse(
      NetworkStack stack, PortNames names, List<String> tables, List<String> words)
      throws RefusedException {
    SsFilter filter = new SsFilter(stack, names, tables, words);
    if (filter.tokens.isEmpty()) {
      return socket -> true;
    }
    Predicate<SsSocket> all = filter.list();
    if (!filter.tokens.isEmpty()) {
      throw syntax();
    }
    int only = filter.family;
    return only == 0 ? all : all.and(socket -> socket.isV4() == (only == 4));
  }

  private static RefusedException syntax() {
    return new RefusedException(
        RefusedException.SYNTAX,
        "ss: bison bellows (while parsing filter): \"syntax error!\" Sorry.\n" + SsOptions.USAGE);
  }

  private Predicate<SsSocket> list() throws RefusedException {
    Predicate<SsSocket> left = term();
    while (!tokens.isEmpty() && !tokens.getFirst().equals(")")) {
      switch (tokens.getFirst()) {
        case "|", "||", "or" -> {
          tokens.removeFirst();
          left = left.or(term());
        }
        case "&", "&&", "and" -> {
          tokens.removeFirst();
          left = left.and(term());
        }
        default -> left = left.and(term());
      }
    }
    return left;
  }

  private String next() throws RefusedException {
    String token = tokens.pollFirst();
    if (token == null) {
      throw syntax();
    }
    return token;
  }

  private Predicate<SsSocket> term() throws RefusedException {
    String token = next();
    return switch (token) {
      case "(" -> {
        Predicate<SsSocket> inner = list();
        if (!next().equals(")")) {
          throw syntax();
        }
        yield inner;
      }
      case "!", "not" -> term().negate();
      case "dst" -> host(false);
      case "src" -> host(true);
      case "dport" -> port(false);
      case "sport" -> port(true);
      case "dev" -> device();
      case "autobound" ->
          socket -> socket.localPort() >= EPHEMERAL_FIRST && socket.localPort() <= EPHEMERAL_LAST;
      case "fwmark", "cgroup" -> throw RefusedException.unsupported("ss " + token);
      case ")", "|", "||", "or", "&", "&&", "and" -> throw syntax();
      default -> {
        operand(token, false); // which says what is wrong with it, if anything is
        throw syntax();
      }
    };
  }

  private static @Nullable String comparison(@Nullable String token) {
    return switch (token) {
      case null -> null;
      case "=", "==", "eq" -> "=";
      case "!=", "ne", "neq" -> "!";
      case ">=", "ge", "geq" -> "}";
      case "<=", "le", "leq" -> "{";
      case ">", "gt" -> ">";
      case "<", "lt" -> "<";
      default -> null;
    };
  }

  /** The comparison that stands next, which may be left out for equality. */
  private String comparison() {
    String found = comparison(tokens.peekFirst());
    if (found == null) {
      return "=";
    }
    tokens.removeFirst();
    return found;
  }

  private Predicate<SsSocket> device() throws RefusedException {
    String how = comparison();
    if (!how.equals("=") && !how.equals("!")) {
      throw syntax();
    }
    NetDevice wanted = stack.device(next());
    if (wanted == null) {
      throw new RefusedException(RefusedException.FAILED, "Cannot parse device.");
    }
    Predicate<SsSocket> same = socket -> wanted.equals(socket.device());
    return how.equals("!") ? same.negate() : same;
  }

  private Predicate<SsSocket> host(boolean local) throws RefusedException {
    if (!comparison().equals("=")) {
      throw syntax();
    }
    return operand(next(), false).test(local);
  }

  private Predicate<SsSocket> port(boolean local) throws RefusedException {
    String how = comparison();
    Operand operand = operand(next(), true);
    int wanted = operand.port;
    IntPredicate fits =
        switch (how) {
          case "}" -> port -> port >= wanted;
          case "{" -> port -> port <= wanted;
          case ">" -> port -> port > wanted;
          case "<" -> port -> port < wanted;
          case "!" -> port -> wanted >= 0 && port != wanted;
          default -> port -> wanted < 0 || port == wanted;
        };
    return socket -> fits.test(local ? socket.localPort() : socket.remotePort());
  }

  /** An address with its prefix, or none; a port, or -1 for any. */
  private record Operand(@Nullable IpAddress network, int prefix, int port) {
    Predicate<SsSocket> test(boolean local) {
      return socket -> {
        IpAddress address = local ? socket.local() : socket.remote();
        int found = local ? socket.localPort() : socket.remotePort();
        IpAddress wanted = network;
        boolean inside =
            wanted == null
                || wanted.isV4() == address.isV4() && address.network(prefix).equals(wanted);
        return inside && (port < 0 || port == found);
      };
    }
  }

  private static RefusedException unparsed(String message) {
    return new RefusedException(RefusedException.FAILED, message + "Cannot parse dst/src address.");
  }

  private Operand operand(String word, boolean onlyPort) throws RefusedException {
    String text = word;
    if (text.startsWith("inet:") || text.startsWith("inet6:")) {
      family = text.startsWith("inet:") ? 4 : 6;
      text = text.substring(text.indexOf(':') + 1);
    }
    for (String other : List.of("unix:", "link:", "netlink:", "vsock:")) {
      if (text.startsWith(other)) {
        throw RefusedException.unsupported("ss " + word);
      }
    }
    String address = text;
    String port = "";
    if (onlyPort) {
      address = "";
      port = text.startsWith(":") ? text.substring(1) : text;
    } else if (text.startsWith("[")) {
      int close = text.indexOf(']');
      if (close < 0) {
        throw unparsed("");
      }
      address = text.substring(1, close);
      port = text.substring(close + 1);
    } else {
      int colon = text.lastIndexOf(':');
      if (colon > text.indexOf('/')) {
        address = text.substring(0, colon);
        port = text.substring(colon);
      }
    }
    int number = number(port.startsWith(":") ? port.substring(1) : port);
    if (address.isEmpty() || address.equals("*")) {
      return new Operand(null, 0, number);
    }
    return network(address, number);
  }

  private Operand network(String text, int port) throws RefusedException {
    try {
      int slash = text.indexOf('/');
      IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
      int prefix = slash < 0 ? address.bits() : Integer.parseInt(text.substring(slash + 1));
      if (prefix >= 0 && prefix <= address.bits()) {
        boolean all = prefix == 0;
        return new Operand(all ? null : address.network(prefix), prefix, port);
      }
    } catch (IllegalArgumentException e) {
      // below, with a prefix that is too long
    }
    throw unparsed("Error: an inet prefix is expected rather than \"" + text + "\".\n");
  }

  private int number(String text) throws RefusedException {
    if (text.isEmpty() || text.equals("*")) {
      return -1;
    }
    try {
      return Integer.decode(text);
    } catch (NumberFormatException e) {
      int udp = tables.contains("udp") ? names.port(text, "udp") : -1;
      int tcp = tables.contains("tcp") ? names.port(text, "tcp") : -1;
      if (udp >= 0 && tcp >= 0 && udp != tcp) {
        throw unparsed("Error: ambiguous port \"" + text + "\".\n");
      }
      if (udp < 0 && tcp < 0) {
        throw unparsed("Error: \"" + text + "\" does not look like a port.\n");
      }
      return Math.max(udp, tcp);
    }
  }
}
