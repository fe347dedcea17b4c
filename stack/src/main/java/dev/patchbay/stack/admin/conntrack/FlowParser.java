package dev.patchbay.stack.admin.conntrack;

import static java.util.Map.entry;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.TcpState;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a command line as conntrack does: {@code getopt_long}, then what fits with what. */
final class FlowParser {
  /** How many words follow an option. */
  private enum Argument {
    NONE,
    ONE,
    /** One that does not begin with a dash. */
    MAYBE
  }

  private static final Map<String, Character> LONG =
      Map.ofEntries(
          entry("dump", 'L'),
          entry("create", 'I'),
          entry("add", 'A'),
          entry("delete", 'D'),
          entry("update", 'U'),
          entry("get", 'G'),
          entry("flush", 'F'),
          entry("event", 'E'),
          entry("counter", 'C'),
          entry("stats", 'S'),
          entry("version", 'V'),
          entry("help", 'h'),
          entry("orig-src", 's'),
          entry("src", 's'),
          entry("orig-dst", 'd'),
          entry("dst", 'd'),
          entry("reply-src", 'r'),
          entry("reply-dst", 'q'),
          entry("protonum", 'p'),
          entry("timeout", 't'),
          entry("status", 'u'),
          entry("zero", 'z'),
          entry("event-mask", 'e'),
          entry("tuple-src", '['),
          entry("tuple-dst", ']'),
          entry("mask-src", '{'),
          entry("mask-dst", '}'),
          entry("nat-range", 'a'),
          entry("mark", 'm'),
          entry("secmark", 'c'),
          entry("id", 'i'),
          entry("family", 'f'),
          entry("src-nat", 'n'),
          entry("dst-nat", 'g'),
          entry("output", 'o'),
          entry("buffer-size", 'b'),
          entry("any-nat", 'j'),
          entry("zone", 'w'),
          entry("label", 'l'),
          entry("label-add", '<'),
          entry("label-del", '>'),
          entry("orig-zone", '('),
          entry("reply-zone", ')'));

  private static final String COMMANDS = "LIDGFEVhCSUA";
  private static final String WITHOUT = "hVzS";
  private static final String MAYBE = "LIUDGEFACngj>";

  private static final Map<String, Integer> STATUSES =
      Map.of(
          "ASSURED",
          Connection.ASSURED,
          "SEEN_REPLY",
          Connection.SEEN_REPLY,
          "UNSET",
          0,
          "FIXED_TIMEOUT",
          Connection.FIXED_TIMEOUT,
          "EXPECTED",
          Connection.EXPECTED);

  private static final List<String> STATUS_ORDER =
      List.of("ASSURED", "SEEN_REPLY", "UNSET", "FIXED_TIMEOUT", "EXPECTED");

  private static final Map<String, Integer> EVENTS =
      Map.of(
          "ALL",
          FlowRequest.NEW | FlowRequest.UPDATES | FlowRequest.DESTROY,
          "NEW",
          FlowRequest.NEW,
          "UPDATES",
          FlowRequest.UPDATES,
          "DESTROY",
          FlowRequest.DESTROY);

  private static final List<String> EVENT_ORDER = List.of("ALL", "NEW", "UPDATES", "DESTROY");

  private static final List<String> OUTPUTS =
      List.of("xml", "extended", "timestamp", "id", "ktimestamp", "labels", "userspace", "save");

  private final FlowRequest request = new FlowRequest();
  private final List<String> argv;
  private final List<String> ofProtocols = new ArrayList<>();
  private final List<String> ofProtocolsNotHere = new ArrayList<>();
  private int at;

  private FlowParser(List<String> argv) {
    this.argv = argv;
  }

  static FlowRequest parse(List<String> argv) throws FlowProblem {
    FlowParser parser = new FlowParser(argv);
    parser.read();
    parser.check();
    return parser.request;
  }

  /** A number of {@code strtoul} with base 0, -1 where it is none or above {@code most}. */
  static int number(String text, long most) {
    try {
      long value = text.isEmpty() || !Character.isDigit(text.charAt(0)) ? -1 : Long.decode(text);
      return value >= 0 && value <= most ? (int) value : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private void read() throws FlowProblem {
    while (at < argv.size()) {
      String word = argv.get(at++);
      if (word.equals("--")) {
        return;
      }
      if (word.startsWith("--")) {
        named(word);
      } else if (word.startsWith("-") && word.length() > 1) {
        lettered(word);
      }
    }
  }

  private static Argument argument(char letter) {
    if (WITHOUT.indexOf(letter) >= 0) {
      return Argument.NONE;
    }
    return MAYBE.indexOf(letter) >= 0 ? Argument.MAYBE : Argument.ONE;
  }

  private void lettered(String word) throws FlowProblem {
    for (int i = 1; i < word.length(); i++) {
      char letter = word.charAt(i);
      if (!LONG.containsValue(letter)) {
        throw FlowProblem.syntax("unknown option `" + word + "'");
      }
      String rest = word.substring(i + 1);
      switch (argument(letter)) {
        case NONE -> take(letter, null, word);
        case MAYBE -> {
          take(letter, rest.isEmpty() ? null : rest, word);
          return;
        }
        case ONE -> {
          take(letter, rest.isEmpty() ? needed(word) : rest, word);
          return;
        }
      }
    }
  }

  private String needed(String option) throws FlowProblem {
    if (at >= argv.size()) {
      throw FlowProblem.syntax("option `" + option + "' requires an argument");
    }
    return argv.get(at++);
  }

  private void named(String word) throws FlowProblem {
    int equals = word.indexOf('=');
    String name = word.substring(2, equals < 0 ? word.length() : equals);
    String attached = equals < 0 ? null : word.substring(equals + 1);
    if (ofProtocolsNotHere.contains(name)) {
      throw FlowProblem.unsupported("--" + name);
    }
    String whole = whole(name);
    if (whole == null) {
      throw FlowProblem.syntax("unknown option `" + word + "'");
    }
    Character letter = LONG.get(whole);
    if (letter == null) {
      ofProtocol(whole, attached != null ? attached : needed(word));
      return;
    }
    switch (argument(letter)) {
      case NONE -> {
        if (attached != null) {
          throw FlowProblem.syntax("unknown option `" + word + "'");
        }
        take(letter, null, word);
      }
      case MAYBE -> take(letter, attached, word);
      case ONE -> take(letter, attached != null ? attached : needed(word), word);
    }
  }

  /** The option that a name, maybe cut short, means; null where it means none or several. */
  private @Nullable String whole(String name) {
    if (LONG.containsKey(name) || ofProtocols.contains(name)) {
      return name;
    }
    List<String> fits = new ArrayList<>();
    LONG.keySet().stream().filter(word -> word.startsWith(name)).forEach(fits::add);
    ofProtocols.stream().filter(word -> word.startsWith(name)).forEach(fits::add);
    boolean one = !fits.isEmpty() && fits.stream().map(LONG::get).distinct().count() == 1;
    return one && (fits.size() == 1 || LONG.containsKey(fits.getFirst())) ? fits.getFirst() : null;
  }

  /** The next word, where an optional argument was not attached and it is no option. */
  private @Nullable String maybe(@Nullable String attached) {
    if (attached != null || at >= argv.size()) {
      return null;
    }
    String next = argv.get(at);
    if (next.startsWith("-") || next.startsWith("!")) {
      return null;
    }
    at++;
    return next;
  }

  private void take(char letter, @Nullable String argument, String word) throws FlowProblem {
    if (COMMANDS.indexOf(letter) >= 0) {
      command(letter, argument);
      return;
    }
    if ("ngj".indexOf(letter) >= 0) {
      translated(letter, maybe(argument));
      return;
    }
    String value = argument == null ? "" : argument;
    switch (letter) {
      case 's' -> request.source = address(FlowOption.SRC, value);
      case 'd' -> request.destination = address(FlowOption.DST, value);
      case 'r' -> request.replySource = plain(FlowOption.REPLY_SRC, value);
      case 'q' -> request.replyDestination = plain(FlowOption.REPLY_DST, value);
      case '{' -> request.sourceMask = plain(FlowOption.MASK_SRC, value);
      case '}' -> request.destinationMask = plain(FlowOption.MASK_DST, value);
      case 'p' -> protocol(value);
      case 't' -> {
        request.options.add(FlowOption.TIMEOUT);
        request.timeout = checked(value, 0x7fff_ffffL);
      }
      case 'u' -> status(value);
      case 'e' -> {
        request.options.add(FlowOption.EVENT_MASK);
        request.events = bits(value, EVENT_ORDER, EVENTS);
      }
      case 'o' -> output(value);
      case 'z' -> request.options.add(FlowOption.ZERO);
      case 'w' -> request.zone = zone(FlowOption.ZONE, value);
      case '(' -> request.originalZone = zone(FlowOption.ORIG_ZONE, value);
      case ')' -> request.replyZone = zone(FlowOption.REPLY_ZONE, value);
      case 'i' -> {
        request.options.add(FlowOption.ID);
        request.id = checked(value, 0xffff_ffffL);
      }
      case 'm' -> {
        request.options.add(FlowOption.MARK);
        int slash = value.indexOf('/');
        request.mark = (int) checked(slash < 0 ? value : value.substring(0, slash), 0xffff_ffffL);
        request.markMask = slash < 0 ? -1 : (int) checked(value.substring(slash + 1), 0xffff_ffffL);
      }
      case 'f' -> family(value);
      case 'a' -> request.warnings.add("WARNING: ignoring -a, deprecated option.");
      default -> throw FlowProblem.unsupported(word);
    }
  }

  private static long checked(String text, long most) throws FlowProblem {
    int value = number(text, most);
    if (value == -1 && !(most == 0xffff_ffffL && isAllOnes(text))) {
      throw FlowProblem.syntax("Bad parameter `" + text + "'");
    }
    return value & most;
  }

  private static boolean isAllOnes(String text) {
    return text.equalsIgnoreCase("0xffffffff") || text.equals("4294967295");
  }

  private void command(char letter, @Nullable String attached) throws FlowProblem {
    String table = maybe(attached);
    boolean expectations = false;
    if (table != null) {
      expectations = "expect".startsWith(table);
      request.elsewhere = "dying".startsWith(table) || "unconfirmed".startsWith(table);
      if (!expectations && !request.elsewhere && !"conntrack".startsWith(table)) {
        throw FlowProblem.syntax("unknown type `" + table + "'");
      }
      if (request.elsewhere && letter != 'L') {
        throw FlowProblem.syntax("Can't do that command with tables `dying' and `unconfirmed'");
      }
    }
    FlowCommand command = FlowCommand.of(letter, expectations);
    if (command == null && (letter == 'U' || letter == 'A')) {
      String name = letter == 'U' ? "update" : "add";
      throw FlowProblem.syntax("Can't do --" + name + " on expectations");
    }
    if (command == null) {
      throw FlowProblem.unsupported("-" + letter + " expect");
    }
    if (request.command != null) {
      throw FlowProblem.syntax("Invalid commands combination");
    }
    request.command = command;
  }

  private void family(int family) throws FlowProblem {
    if (request.family != 0 && request.family != family) {
      throw FlowProblem.syntax("mismatched address family");
    }
    request.family = family;
  }

  private void family(String value) throws FlowProblem {
    request.options.add(FlowOption.FAMILY);
    if (!value.startsWith("ipv4") && !value.startsWith("ipv6")) {
      throw FlowProblem.syntax("`" + value + "' unsupported protocol");
    }
    family(value.startsWith("ipv4") ? 4 : 6);
  }

  private IpAddress parsed(String text, String whole) throws FlowProblem {
    try {
      IpAddress address = IpAddress.parse(text);
      family(address.isV4() ? 4 : 6);
      return address;
    } catch (IllegalArgumentException e) {
      throw FlowProblem.syntax("Invalid IP address `" + whole + "'");
    }
  }

  /** An address that takes no length of a mask. */
  private IpAddress plain(FlowOption option, String value) throws FlowProblem {
    int slash = value.indexOf('/');
    IpAddress address = parsed(slash < 0 ? value : value.substring(0, slash), value);
    if (slash >= 0) {
      throw FlowProblem.syntax("CIDR notation unavailable for `--" + option.word() + "'");
    }
    request.options.add(option);
    return address;
  }

  /** An address that takes one. */
  private IpAddress address(FlowOption option, String value) throws FlowProblem {
    int slash = value.indexOf('/');
    IpAddress address = parsed(slash < 0 ? value : value.substring(0, slash), value);
    request.options.add(option);
    int most = address.isV4() ? 32 : 128;
    int bits = slash < 0 ? most : number(value.substring(slash + 1), most);
    if (bits < 0) {
      throw FlowProblem.syntax("Invalid netmask");
    }
    if (bits < most) {
      IpAddress mask = mask(address.isV4(), bits);
      if (option == FlowOption.SRC) {
        request.options.add(FlowOption.MASK_SRC);
        request.sourceMask = mask;
      } else {
        request.options.add(FlowOption.MASK_DST);
        request.destinationMask = mask;
      }
    }
    return address;
  }

  private static IpAddress mask(boolean v4, int bits) {
    int all = v4 ? bits + 96 : bits;
    long hi = all == 0 ? 0 : all >= 64 ? -1 : -1L << 64 - all;
    long lo = all <= 64 ? 0 : -1L << 128 - all;
    return new IpAddress(hi, lo);
  }

  private void protocol(String value) throws FlowProblem {
    request.options.add(FlowOption.PROTONUM);
    request.protocol = FlowProtocol.parse(value);
    if (request.protocol < 0) {
      throw FlowProblem.syntax("`" + value + "' unsupported protocol");
    }
    ofProtocols.addAll(FlowProtocol.options(request.protocol));
    ofProtocolsNotHere.addAll(FlowProtocol.optionsNotHere(request.protocol));
  }

  private void ofProtocol(String option, String value) throws FlowProblem {
    switch (option) {
      case "state" -> request.state = state(value);
      case "sport", "orig-port-src" -> request.sourcePort = port(value);
      case "dport", "orig-port-dst" -> request.destinationPort = port(value);
      case "reply-port-src" -> request.replySourcePort = port(value);
      case "reply-port-dst" -> request.replyDestinationPort = port(value);
      case "icmp-type", "icmpv6-type" -> request.icmpType = (int) checked(value, 255);
      case "icmp-code", "icmpv6-code" -> request.icmpCode = (int) checked(value, 255);
      default -> request.icmpId = port(value);
    }
  }

  private static TcpState.State state(String value) throws FlowProblem {
    if (value.equals("LISTEN")) {
      return TcpState.State.SYN_SENT2; // by its old name
    }
    for (TcpState.State state : TcpState.State.values()) {
      if (state.name().equals(value)) {
        return state;
      }
    }
    throw FlowProblem.syntax("unknown TCP state `" + value + "'");
  }

  private static int port(String text) throws FlowProblem {
    int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
    if (port < 0 || port > 0xffff) {
      throw FlowProblem.syntax("Invalid port `" + text + "'");
    }
    return port;
  }

  private int zone(FlowOption option, String value) throws FlowProblem {
    request.options.add(option);
    return (int) checked(value, 0xffff);
  }

  private void status(String value) throws FlowProblem {
    request.options.add(FlowOption.STATUS);
    int set = 0;
    int unset = 0;
    for (String rest = value; ; ) {
      int comma = rest.indexOf(',');
      boolean not = rest.startsWith("!");
      String word = rest.substring(not ? 1 : 0, comma < 0 ? rest.length() : comma);
      if (!not && word.startsWith("UNREPLIED")) {
        unset |= Connection.SEEN_REPLY;
      } else {
        int bits = bits(word, rest.substring(not ? 1 : 0), STATUS_ORDER, STATUSES);
        set |= not ? 0 : bits;
        unset |= not ? bits : 0;
      }
      if (comma < 0) {
        break;
      }
      rest = rest.substring(comma + 1);
    }
    request.status = set;
    request.statusMask = unset == 0 ? set : unset;
  }

  private static int bits(String list, List<String> order, Map<String, Integer> values)
      throws FlowProblem {
    int bits = 0;
    String rest = list;
    for (int comma = rest.indexOf(','); comma >= 0; comma = rest.indexOf(',')) {
      bits |= bits(rest.substring(0, comma), rest, order, values);
      rest = rest.substring(comma + 1);
    }
    return bits | bits(rest, rest, order, values);
  }

  private static int bits(String word, String rest, List<String> order, Map<String, Integer> values)
      throws FlowProblem {
    String upper = word.toUpperCase(Locale.ROOT);
    for (String name : order) {
      if (!word.isEmpty() && name.startsWith(upper)) {
        return values.getOrDefault(name, 0);
      }
    }
    throw FlowProblem.syntax("Bad parameter `" + rest + "'");
  }

  private void output(String value) throws FlowProblem {
    request.options.add(FlowOption.OUTPUT);
    String rest = value;
    while (true) {
      int comma = rest.indexOf(',');
      String word = (comma < 0 ? rest : rest.substring(0, comma)).toLowerCase(Locale.ROOT);
      String found = null;
      for (String name : OUTPUTS) {
        if (found == null && !word.isEmpty() && name.startsWith(word)) {
          found = name;
        }
      }
      if (found == null) {
        throw FlowProblem.syntax("Bad parameter `" + rest + "'");
      }
      if (found.equals("labels") || found.equals("userspace")) {
        throw FlowProblem.unsupported("-o " + found);
      }
      request.outputs.add(FlowRequest.Output.valueOf(found.toUpperCase(Locale.ROOT)));
      if (comma < 0) {
        break;
      }
      rest = rest.substring(comma + 1);
    }
    if (request.has(FlowRequest.Output.SAVE) && request.outputs.size() > 1) {
      throw FlowProblem.other(
          "cannot combine save output with any other output type, use -o save only");
    }
  }

  private void translated(char letter, @Nullable String value) throws FlowProblem {
    FlowOption option =
        switch (letter) {
          case 'n' -> FlowOption.SRC_NAT;
          case 'g' -> FlowOption.DST_NAT;
          default -> FlowOption.ANY_NAT;
        };
    request.options.add(option);
    if (value == null) {
      return;
    }
    String address = value;
    int port = FlowRequest.ANY;
    int colon = colon(value);
    if (colon >= 0) {
      address =
          value.startsWith("[")
              ? value.substring(1, value.indexOf(']'))
              : value.substring(0, colon);
      String text = value.substring(colon + 1);
      if (text.isEmpty()) {
        throw FlowProblem.syntax("No port specified after `:'");
      }
      port = port(text);
    }
    IpAddress parsed = plain(option, address);
    if (letter != 'g') {
      request.natSource = parsed;
      request.natSourcePort = port;
    }
    if (letter != 'n') {
      request.natDestination = parsed;
      request.natDestinationPort = port;
    }
  }

  /** Where the colon before a port stands, -1 where there is none. */
  private static int colon(String value) throws FlowProblem {
    int bracket = value.indexOf('[');
    if (bracket >= 0) {
      int close = value.indexOf(']');
      if (close == bracket + 1) {
        throw FlowProblem.syntax("No IPv6 address specified");
      }
      if (close < 0) {
        throw FlowProblem.syntax("No closing ']' around IPv6 address");
      }
      return value.indexOf(':', close);
    }
    int colon = value.indexOf(':');
    return colon >= 0 && value.indexOf(':', colon + 1) < 0 ? colon : -1;
  }

  // ---- what fits with what

  private void check() throws FlowProblem {
    FlowCommand command = request.command;
    if (command == null) {
      return;
    }
    boolean one = request.has(FlowOption.SRC_NAT) || request.has(FlowOption.DST_NAT);
    if (request.has(FlowOption.ANY_NAT) && one) {
      throw FlowProblem.syntax("cannot specify `--src-nat' or `--dst-nat' with `--any-nat'");
    }
    for (FlowOption option : FlowOption.values()) {
      if (command.requires(option) && !request.has(option)) {
        throw FlowProblem.syntax(
            "You need to supply the `--" + option.word() + "' option for this command");
      }
      if (!command.allows(option) && request.has(option)) {
        throw FlowProblem.syntax("Illegal option `--" + option.word() + "' with this command");
      }
    }
    if (command.describes()) {
      pair(
          request.source,
          request.destination,
          request.replySource,
          request.replyDestination,
          "`--src' and `--dst'",
          "`--reply-src' and `--reply-dst'");
      if (FlowProtocol.cannotBeMade(request.protocol)) {
        throw FlowProblem.unsupported("-p " + FlowProtocol.name(request.protocol));
      }
      checkProtocol(command);
    }
  }

  private void checkProtocol(FlowCommand command) throws FlowProblem {
    if (Tuple.isIcmp(request.protocol)) {
      String prefix = request.protocol == IpProtocol.ICMP ? "icmp" : "icmpv6";
      if (request.icmpType < 0 || request.icmpCode < 0) {
        throw FlowProblem.syntax(
            "You need to supply the `--%s-%s' option for this command"
                .formatted(prefix, request.icmpType < 0 ? "type" : "code"));
      }
    }
    if (request.protocol == IpProtocol.TCP && command.makes() && request.state == null) {
      throw FlowProblem.syntax("You need to supply the `--state' option for this command");
    }
    if (Tuple.hasPorts(request.protocol)) {
      pair(
          said(request.sourcePort),
          said(request.destinationPort),
          said(request.replySourcePort),
          said(request.replyDestinationPort),
          "`--sport' and `--dport'",
          "`--reply-src-port' and `--reply-dst-port'");
    }
  }

  private static @Nullable Integer said(int port) {
    return port == FlowRequest.ANY ? null : port;
  }

  /** One direction must be whole; the one that was begun is asked for. */
  private static void pair(
      @Nullable Object first,
      @Nullable Object second,
      @Nullable Object replyFirst,
      @Nullable Object replySecond,
      String original,
      String reply)
      throws FlowProblem {
    boolean whole = first != null && second != null || replyFirst != null && replySecond != null;
    if (!whole) {
      boolean inReply =
          first == null && second == null && (replyFirst != null || replySecond != null);
      throw FlowProblem.syntax("you have to specify " + (inReply ? reply : original));
    }
  }
}
