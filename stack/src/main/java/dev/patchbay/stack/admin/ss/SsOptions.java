package dev.patchbay.stack.admin.ss;

import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.GetOpt;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.tcp.TcpState;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What the words behind {@code ss} ask for: which sockets, and how much of each. */
final class SsOptions {
  static final String USAGE =
      """
      Usage: ss [ OPTIONS ] [ state | exclude STATE ]... [ EXPRESSION ]
        -t, --tcp   -u, --udp   -w, --raw      which sockets (default: all of them)
        -0, --packet                           packet sockets
        -4, --ipv4  -6, --ipv6  -f FAMILY      of one family only: inet, inet6, link
        -A, --query=TABLE[,TABLE...]           tables: all, inet, tcp, udp, raw, packet, p_raw,
                                               p_dgr; with ! none of it
        -a, --all   -l, --listening            all states; listening and unconnected ones
        -n, --numeric                          numbers instead of names of services
        -o, --options  -e, --extended          timers; cookie and direction too
        -i, --info     -m, --memory            TCP's inner life; memory
        -s, --summary                          counts
        -H, --no-header  -O, --oneline  -h, --help  -V, --version
        STATE: all connected synchronized bucket big established syn-sent syn-recv
               fin-wait-1 fin-wait-2 time-wait closed close-wait last-ack listening closing
        EXPRESSION: sport|dport [ = | != | < | > | <= | >= ] [:]PORT, src|dst ADDRESS[/LENGTH][:PORT],
                    dev NAME, autobound, joined by and, or, not, ( )\
      """;

  private static final String LETTERS = "dhaletuwxnro460spTbEf:mMiA:D:F:vVzZN:KHSO";

  private static final Map<String, Character> NAMES =
      Map.ofEntries(
          Map.entry("numeric", 'n'),
          Map.entry("resolve", 'r'),
          Map.entry("options", 'o'),
          Map.entry("extended", 'e'),
          Map.entry("memory", 'm'),
          Map.entry("info", 'i'),
          Map.entry("processes", 'p'),
          Map.entry("threads", 'T'),
          Map.entry("bpf", 'b'),
          Map.entry("events", 'E'),
          Map.entry("dccp", 'd'),
          Map.entry("tcp", 't'),
          Map.entry("sctp", 'S'),
          Map.entry("udp", 'u'),
          Map.entry("raw", 'w'),
          Map.entry("unix", 'x'),
          Map.entry("all", 'a'),
          Map.entry("listening", 'l'),
          Map.entry("ipv4", '4'),
          Map.entry("ipv6", '6'),
          Map.entry("packet", '0'),
          Map.entry("family", 'f'),
          Map.entry("socket", 'A'),
          Map.entry("query", 'A'),
          Map.entry("summary", 's'),
          Map.entry("diag", 'D'),
          Map.entry("filter", 'F'),
          Map.entry("version", 'V'),
          Map.entry("help", 'h'),
          Map.entry("context", 'Z'),
          Map.entry("contexts", 'z'),
          Map.entry("net", 'N'),
          Map.entry("kill", 'K'),
          Map.entry("no-header", 'H'),
          Map.entry("mptcp", 'M'),
          Map.entry("oneline", 'O'),
          // long only; their letters are none
          Map.entry("tipc", '\1'),
          Map.entry("vsock", '\2'),
          Map.entry("tipcinfo", '\3'),
          Map.entry("tos", '\4'),
          Map.entry("cgroup", '\5'),
          Map.entry("xdp", '\6'),
          Map.entry("inet-sockopt", '\7'));

  /** Tables that this stack does not have; their sockets cannot exist here. */
  private static final Set<String> FOREIGN =
      Set.of(
          "dccp",
          "mptcp",
          "sctp",
          "unix",
          "unix_stream",
          "u_str",
          "unix_dgram",
          "u_dgr",
          "unix_seqpacket",
          "u_seq",
          "netlink",
          "tipc",
          "vsock",
          "vsock_stream",
          "v_str",
          "vsock_dgram",
          "v_dgr",
          "xdp");

  private static final List<String> INET = List.of("udp", "tcp", "raw");
  private static final List<String> PACKETS = List.of("p_raw", "p_dgr");
  private static final Map<String, String> PACKET_NAMES =
      Map.of("packet_raw", "p_raw", "p_raw", "p_raw", "packet_dgram", "p_dgr", "p_dgr", "p_dgr");

  private static final int ALL = (1 << 12) - 1;
  private static final int ESTABLISHED = bit(TcpState.ESTABLISHED);
  private static final int LISTENING = bit(TcpState.LISTEN) | bit(TcpState.CLOSED);

  /** Sets of states by name ({@code connected} and its like count what Linux has no state for). */
  private static final int BUCKET = bit(TcpState.SYN_RECEIVED) | bit(TcpState.TIME_WAIT);

  private static final int CONNECTED = ALL & ~LISTENING;
  private static final int DEFAULT = CONNECTED & ~BUCKET;

  final Set<String> tables = new LinkedHashSet<>();
  boolean numeric;
  boolean timers;
  boolean extended;
  boolean memory;
  boolean info;
  boolean summary;
  boolean header = true;
  boolean oneLine;
  boolean version;
  boolean help;
  boolean four;
  boolean six;
  boolean link;

  /** The summary is all that is asked for. */
  boolean onlySummary;

  int states;

  /** The expression. */
  List<String> words = List.of();

  private boolean queried;
  private boolean chosen;
  private int wantedStates;

  private SsOptions() {}

  private static int bit(TcpState state) {
    return 1 << state.ordinal() + 1;
  }

  static SsOptions parse(List<String> argv) throws RefusedException {
    SsOptions options = new SsOptions();
    GetOpt parsed = GetOpt.parse("ss", LETTERS, NAMES, USAGE, argv);
    for (GetOpt.Option option : parsed.options()) {
      options.take(option);
    }
    options.words = options.states(parsed.words());
    options.defaults(parsed.words().isEmpty());
    return options;
  }

  private void take(GetOpt.Option option) throws RefusedException {
    switch (option.letter()) {
      case 'n' -> numeric = true;
      case 'o' -> timers = true;
      case 'e' -> {
        timers = true;
        extended = true;
      }
      case 'm' -> memory = true;
      case 'i' -> info = true;
      case 's' -> summary = true;
      case 'H' -> header = false;
      case 'O' -> oneLine = true;
      case 'v', 'V' -> version = true;
      case 'h' -> help = true;
      case 'a' -> wantedStates = ALL;
      case 'l' -> wantedStates = LISTENING;
      case 't' -> table("tcp", true);
      case 'u' -> table("udp", true);
      case 'w' -> table("raw", true);
      case '0' -> packets(true);
      case '4' -> family(4);
      case '6' -> family(6);
      case 'f' -> family(option.argument());
      case 'A' -> query(option.argument());
      default -> throw unsupported(option.letter());
    }
  }

  private static RefusedException unsupported(char letter) {
    String name =
        letter < ' '
            ? NAMES.entrySet().stream()
                .filter(e -> e.getValue() == letter)
                .map(e -> "-" + e.getKey())
                .findFirst()
                .orElse("")
            : String.valueOf(letter);
    String why =
        switch (letter) {
          case 'p', 'T' -> " (no process owns a socket of this stack)";
          case 'r' -> " (names of hosts are not looked up)";
          case 'd', 'S', 'M', 'x', '\1', '\2', '\6' -> " (this stack has no such sockets)";
          default -> "";
        };
    return new RefusedException(
        RefusedException.UNSUPPORTED, "Error: 'ss -" + name + "' is not supported" + why + ".");
  }

  private void table(String name, boolean on) {
    if (on) {
      tables.add(name);
      states |= defaultStates(name);
    } else {
      tables.remove(name);
    }
    chosen = true;
  }

  private static int defaultStates(String table) {
    return switch (table) {
      case "tcp" -> DEFAULT;
      case "p_raw", "p_dgr" -> bit(TcpState.CLOSED);
      default -> ESTABLISHED;
    };
  }

  private void packets(boolean on) {
    PACKETS.forEach(name -> table(name, on));
  }

  private void family(int family) {
    four |= family == 4;
    six |= family == 6;
    states |= DEFAULT;
    chosen = true;
  }

  private void family(String name) throws RefusedException {
    switch (name) {
      case "inet" -> family(4);
      case "inet6" -> family(6);
      case "help" -> help = true;
      case "link" -> {
        link = true;
        packets(true);
      }
      case "unix", "netlink", "tipc", "vsock", "xdp" ->
          throw RefusedException.unsupported("ss -f " + name);
      default ->
          throw new RefusedException(
              RefusedException.SYNTAX, "ss: \"" + name + "\" is invalid family\n" + USAGE);
    }
  }

  private void query(String argument) throws RefusedException {
    if (!queried) {
      tables.clear();
      wantedStates = wantedStates == 0 ? DEFAULT : wantedStates;
      queried = true;
    }
    for (String word : argument.split(",", -1)) {
      boolean on = !word.startsWith("!");
      String name = on ? word : word.substring(1);
      if (name.equals("all") || name.equals("inet")) {
        for (String each : INET) {
          table(each, on);
        }
        if (name.equals("all")) {
          packets(on);
        }
      } else if (name.equals("packet")) {
        packets(on);
      } else if (PACKET_NAMES.containsKey(name)) {
        table(PACKET_NAMES.get(name), on);
      } else if (INET.contains(name)) {
        table(name, on);
      } else if (FOREIGN.contains(name)) {
        throw RefusedException.unsupported("ss -A " + name);
      } else {
        throw new RefusedException(
            RefusedException.SYNTAX, "ss: \"" + word + "\" is illegal socket table id\n" + USAGE);
      }
    }
  }

  /** Takes {@code state} and {@code exclude} from the head of the words. */
  private List<String> states(List<String> operands) throws RefusedException {
    List<String> rest = new ArrayList<>(operands);
    boolean seen = false;
    while (!rest.isEmpty()) {
      String word = rest.getFirst();
      boolean excludes = word.equals("exclude") || word.equals("excl");
      if (!excludes && !word.equals("state")) {
        break;
      }
      int bits = state(DeviceFilter.following(rest, 1));
      if (excludes) {
        wantedStates = (seen ? wantedStates : ALL) & ~bits;
      } else {
        wantedStates = (seen ? wantedStates : 0) | bits;
      }
      seen = true;
      rest.subList(0, 2).clear();
    }
    return rest;
  }

  private static int state(String word) throws RefusedException {
    String name = word.toLowerCase(Locale.ROOT);
    return switch (name) {
      case "all" -> ALL;
      case "connected" -> CONNECTED;
      case "synchronized" -> CONNECTED & ~bit(TcpState.SYN_SENT);
      case "bucket" -> BUCKET;
      case "big" -> ALL & ~BUCKET;
      case "established" -> ESTABLISHED;
      case "close", "closed", "unconnected" -> bit(TcpState.CLOSED);
      case "syn-recv", "syn-rcv" -> bit(TcpState.SYN_RECEIVED);
      case "listening" -> bit(TcpState.LISTEN);
      case "syn-sent",
          "fin-wait-1",
          "fin-wait-2",
          "time-wait",
          "close-wait",
          "last-ack",
          "closing" ->
          bit(TcpState.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')));
      default ->
          throw new RefusedException(RefusedException.SYNTAX, "ss: wrong state name: " + word);
    };
  }

  private void defaults(boolean noWords) {
    onlySummary = summary && !chosen && noWords;
    if (!chosen) {
      wantedStates = wantedStates == 0 ? DEFAULT : wantedStates;
    }
    if (wantedStates != 0) {
      states = wantedStates;
    }
    boolean excludedAll = queried && tables.isEmpty();
    if (tables.isEmpty() && !excludedAll) {
      tables.addAll(INET);
      tables.addAll(PACKETS);
    }
    if (!four && !six && !link) {
      four = true;
      six = true;
      link = true;
    }
  }

  boolean wants(SsSocket socket) {
    return tables.contains(socket.table())
        && (socket.stateBit() & states) != 0
        && (socket.packet() != null ? link : socket.isV4() ? four : six);
  }

  boolean showsState() {
    return Integer.bitCount(states) > 1;
  }
}
