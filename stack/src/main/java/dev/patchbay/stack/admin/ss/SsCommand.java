package dev.patchbay.stack.admin.ss;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.raw.PacketSocket;
import dev.patchbay.stack.tcp.TcpEntry;
import dev.patchbay.stack.tcp.TcpInfo;
import dev.patchbay.stack.tcp.TcpReport;
import dev.patchbay.stack.tcp.TcpState;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code ss} (iproute2 6.1) over the sockets of a namespace. The connections by which
 * an uplink plays the hosts of the world are not among them: on Linux those would be other hosts'
 * sockets.
 *
 * <p>The output is the one for a pipe, also where it ends at a terminal. What no socket here has is
 * 0 or left out: inodes, owners, the send-side and back-log figures of {@code -m}, of {@code -i}
 * delivery and reordering; {@code bytes_acked} does not count the SYN.
 */
public final class SsCommand {
  private static final int EPHEMERAL_FIRST = 32768;
  private static final int EPHEMERAL_LAST = 60999;

  private final PortNames names;
  private final Map<Object, Long> cookies = new WeakHashMap<>();
  private long lastCookie;

  /**
   * A command that remembers which cookies it gave.
   *
   * @param names what is printed for ports without {@code -n}
   */
  public SsCommand(PortNames names) {
    this.names = names;
  }

  /**
   * Answers what no namespace is needed for: version and usage.
   *
   * @param argv the words behind {@code ss}
   * @return null for all else
   */
  public static IpCommand.@Nullable Result withoutNetwork(List<String> argv) {
    try {
      SsOptions options = SsOptions.parse(argv);
      if (options.version) {
        return new IpCommand.Result(0, "ss utility, patchbay (as iproute2-6.1.0)\n", "");
      }
      return options.help ? new IpCommand.Result(0, SsOptions.USAGE + "\n", "") : null;
    } catch (RefusedException e) {
      return null; // who runs it says what is wrong
    }
  }

  /**
   * Runs a command on the loop of the namespace; it changes nothing.
   *
   * @param argv the words behind {@code ss}
   */
  public IpCommand.Result run(NetworkStack stack, List<String> argv) {
    IpCommand.Result known = withoutNetwork(argv);
    if (known != null) {
      return known;
    }
    try {
      SsOptions options = SsOptions.parse(argv);
      String summary = options.summary ? summary(stack) : "";
      if (options.onlySummary) {
        return new IpCommand.Result(0, summary, "");
      }
      for (String nothing : List.of("tables", "states")) {
        boolean empty = nothing.equals("tables") ? options.tables.isEmpty() : options.states == 0;
        if (empty) {
          String what = "ss: no socket " + nothing + " to show with such filter.\n";
          return new IpCommand.Result(0, summary, what);
        }
      }
      return new IpCommand.Result(0, summary + list(stack, options), "");
    } catch (RefusedException e) {
      return new IpCommand.Result(e.status(), "", e.getMessage() + "\n");
    }
  }

  private String list(NetworkStack stack, SsOptions options) throws RefusedException {
    Predicate<SsSocket> filter =
        SsFilter.parse(stack, names, List.copyOf(options.tables), options.words);
    SsTable table = new SsTable(options.tables.size() > 1, options.showsState(), options.header);
    for (SsSocket socket : SsSocket.all(stack)) {
      if (options.wants(socket) && filter.test(socket)) {
        add(table, stack, options, socket);
      }
    }
    return table.toString();
  }

  private void add(SsTable table, NetworkStack stack, SsOptions options, SsSocket socket) {
    PacketSocket packet = socket.packet();
    if (packet != null) {
      table.add(
          socket.table(),
          socket.state().ssName(),
          queue(socket.receiveQueue()),
          queue(0),
          SsPacket.protocol(packet, options.numeric),
          SsPacket.device(packet),
          "*",
          "",
          SsPacket.more(packet, options, options.extended ? cookie(socket) : 0));
      return;
    }
    TcpEntry tcp = socket.tcp();
    table.add(
        socket.table(),
        socket.state().ssName(),
        queue(socket.receiveQueue()),
        queue(tcp == null ? 0 : tcp.sendQueue()),
        host(socket.local(), socket.device(), socket.onlySix()),
        port(options, socket.localPort(), socket.table()),
        host(socket.remote(), null, socket.onlySix()),
        port(options, socket.remotePort(), socket.table()),
        more(stack, options, socket));
  }

  private static String queue(int bytes) {
    return String.format(Locale.ROOT, "%-6d", bytes);
  }

  private static String host(IpAddress address, @Nullable NetDevice device, boolean onlySix) {
    String text = "*";
    if (onlySix || !address.equals(IpAddress.ANY6)) {
      text = address.isV4() ? address.toString() : "[" + address + "]";
    }
    return text + (device == null ? "" : "%" + device.name()) + ":";
  }

  private String port(SsOptions options, int port, String table) {
    if (port == 0) {
      return "*";
    }
    if (table.equals("raw")) {
      return options.numeric ? Integer.toString(port) : protocol(port);
    }
    boolean named = !options.numeric && (port < EPHEMERAL_FIRST || port > EPHEMERAL_LAST);
    String name = named ? names.name(port, table) : null;
    return name == null ? Integer.toString(port) : name;
  }

  /** {@code inet_proto_n2a} with the names of /etc/protocols that matter here. */
  private static String protocol(int number) {
    return switch (number) {
      case IpProtocol.ICMP -> "icmp";
      case IpProtocol.IGMP -> "igmp";
      case IpProtocol.TCP -> "tcp";
      case IpProtocol.UDP -> "udp";
      case IpProtocol.ICMPV6 -> "ipv6-icmp";
      case 89 -> "ospf";
      case 112 -> "vrrp";
      case 132 -> "sctp";
      case IpProtocol.UDPLITE -> "udplite";
      default -> "ipproto-" + number;
    };
  }

  private String more(NetworkStack stack, SsOptions options, SsSocket socket) {
    StringBuilder out = new StringBuilder();
    TcpEntry tcp = socket.tcp();
    if (options.timers && tcp != null) {
      out.append(SsTcpInfo.timer(tcp));
    }
    if (options.extended) {
      extended(out, socket);
    }
    if (options.memory || options.info && tcp != null) {
      out.append(options.oneLine ? "" : "\n\t");
      if (options.memory) {
        memory(out, stack, socket);
      }
      if (options.info && tcp != null) {
        info(out, stack, options, tcp);
      }
    }
    return out.toString();
  }

  /** No socket here has an inode; its cookie is given when it is first asked for, as by Linux. */
  private void extended(StringBuilder out, SsSocket socket) {
    out.append(" ino:0 sk:").append(Long.toHexString(cookie(socket)));
    TcpState state = socket.state();
    boolean open = state == TcpState.LISTEN || state == TcpState.CLOSED;
    if (open && !socket.isV4()) {
      out.append(" v6only:").append(socket.onlySix() ? 1 : 0);
    }
    if (state == TcpState.TIME_WAIT || state == TcpState.SYN_RECEIVED) {
      return;
    }
    boolean peerDone =
        state == TcpState.CLOSE_WAIT || state == TcpState.LAST_ACK || state == TcpState.CLOSING;
    boolean weAreDone =
        switch (state) {
          case FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK -> true;
          default -> false;
        };
    out.append(peerDone ? " -" : " <").append('-').append(weAreDone ? '-' : '>');
  }

  private long cookie(SsSocket socket) {
    return cookies.computeIfAbsent(socket.identity(), any -> ++lastCookie);
  }

  private static void memory(StringBuilder out, NetworkStack stack, SsSocket socket) {
    TcpEntry tcp = socket.tcp();
    TcpInfo info = tcp == null ? null : tcp.info();
    long[] values = new long[4];
    if (info != null) {
      values[0] = info.receiveMemory();
      values[1] = info.receiveBuffer();
      values[2] = info.sendBuffer();
      values[3] = info.sendQueue();
    } else if (socket.state() == TcpState.LISTEN) {
      values[1] = TcpReport.receiveBuffer(stack.tcp());
      values[2] = TcpReport.sendBuffer(stack.tcp());
    } else if (tcp != null) {
      return; // what is left of a connection, or not yet one, has no memory
    }
    out.append(
        String.format(
            Locale.ROOT,
            " skmem:(r%d,rb%d,t0,tb%d,f0,w%d,o0,bl0,d0)",
            values[0],
            values[1],
            values[2],
            values[3]));
  }

  private static void info(
      StringBuilder out, NetworkStack stack, SsOptions options, TcpEntry entry) {
    TcpInfo info = entry.info();
    if (info != null) {
      out.append(SsTcpInfo.of(info, options.timers, options.numeric));
    } else if (entry.state() == TcpState.LISTEN) {
      out.append(
          SsTcpInfo.ofListener(
              TcpReport.congestionControl(stack.tcp()), TcpReport.initialWindow(stack.tcp())));
    }
  }

  /** {@code ss -s}. */
  private static String summary(NetworkStack stack) {
    int[] four = new int[3];
    int[] six = new int[3];
    int waiting = 0;
    int established = 0;
    for (SsSocket socket : SsSocket.all(stack)) {
      if (socket.packet() != null) {
        continue;
      }
      switch (socket.state()) {
        case TIME_WAIT -> waiting++;
        case SYN_RECEIVED -> {} // no socket yet
        default -> (socket.isV4() ? four : six)[kind(socket)]++;
      }
      boolean counted =
          socket.state() == TcpState.ESTABLISHED || socket.state() == TcpState.CLOSE_WAIT;
      established += counted ? 1 : 0;
    }
    int live = four[1] + six[1];
    // Linux's ss takes TIME-WAIT off a count that has none: they appear as closed ones
    long fragments4 = stack.reassembler().pending(true);
    long fragments6 = stack.reassembler().pending(false);
    return "Total: %d\n".formatted(four[0] + six[0] + four[2] + six[2] + live)
        + "TCP:   %d (estab %d, closed %d, orphaned %d, timewait %d)\n\n"
            .formatted(
                live + waiting, established, waiting, stack.tcp().counters().orphans, waiting)
        + "Transport Total     IP        IPv6\n"
        + summary("RAW", four[2], six[2])
        + summary("UDP", four[0], six[0])
        + summary("TCP", four[1], six[1])
        + summary("INET", four[0] + four[1] + four[2], six[0] + six[1] + six[2])
        + summary("FRAG", fragments4, fragments6)
        + "\n";
  }

  private static int kind(SsSocket socket) {
    return socket.table().equals("raw") ? 2 : socket.tcp() == null ? 0 : 1;
  }

  private static String summary(String name, long four, long six) {
    return String.format(Locale.ROOT, "%s\t  %-9d %-9d %-9d\n", name, four + six, four, six);
  }
}
