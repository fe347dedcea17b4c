package dev.patchbay.it.socket;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.ExtendedError;
import dev.patchbay.stack.socket.Message;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.PollEvents;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.StreamSocket;
import dev.patchbay.stack.wire.Addresses;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Runs one scenario on our sockets, in a namespace with {@code lo} and {@code br0} (10.0.2.2/24,
 * fec0::2/64).
 *
 * <p>A line is one call: {@code NAME = socket FAMILY TYPE [PROTOCOL]}, {@code NAME = accept
 * SOCKET}, {@code pair A B FAMILY TYPE}, {@code bind|connect SOCKET ADDRESS}, {@code listen SOCKET
 * N}, {@code send SOCKET TEXT [FLAG…]}, {@code sendto SOCKET TEXT ADDRESS}, {@code
 * recv|recvfrom|recvmsg SOCKET BYTES [FLAG…]}, {@code errqueue SOCKET}, {@code fill|drain SOCKET},
 * {@code shutdown SOCKET HOW}, {@code close|poll|name|peer|atmark SOCKET}, {@code set SOCKET LEVEL
 * NUMBER VALUE}, {@code get SOCKET LEVEL NUMBER}, {@code setraw … HEX}, {@code getraw … ROOM},
 * {@code getwith … HEX ROOM} (what the room holds before), {@code link DEVICE up|down}, {@code wait
 * MILLIS}. A text {@code -} is empty, {@code *100} a hundred bytes; an address {@code =a} is the
 * one that socket a is bound to; ephemeral ports are shown as {@code *}.
 */
final class SocketScript {
  private static final Map<String, Integer> FAMILIES = Map.of("inet", 2, "inet6", 10, "unix", 1);
  private static final Map<String, Integer> TYPES =
      Map.of("stream", 1, "dgram", 2, "raw", 3, "rdm", 4, "seqpacket", 5);
  private static final Map<String, Integer> PROTOCOLS = Map.of("tcp", 6, "udp", 17);
  private static final Map<String, Integer> LEVELS =
      Map.of("socket", 1, "ip", 0, "tcp", 6, "ipv6", 41);
  private static final Map<String, Integer> FLAGS =
      Map.of(
          "oob", 1, "peek", 2, "trunc", 0x20, "waitall", 0x100, "errqueue", 0x2000, "more", 0x8000);

  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool();
  private final NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
  private final Map<String, @Nullable Socket> sockets = new HashMap<>();
  private final byte[] big = new byte[70_000];

  SocketScript() {
    PortDevice device = new PortDevice(stack.nextIndex(), "br0", 0x52550a000202L, 1500);
    device.plug(packet -> packet.release());
    stack.add(device);
    stack.setUp(device, true);
    address(device, "10.0.2.2", 24, new IpAddress(0, Addresses.v4(0x0a0002ff)), Scope.GLOBAL);
    address(device, "fec0::2", 64, null, Scope.SITE);
    refuse("10.66.1.0", 24, Route.Type.UNREACHABLE);
    refuse("10.66.2.0", 24, Route.Type.PROHIBIT);
    refuse("10.66.3.0", 24, Route.Type.BLACKHOLE);
    refuse("fec1::", 64, Route.Type.PROHIBIT);
    loop.turn();
  }

  private void refuse(String network, int prefix, Route.Type type) {
    IpAddress to = IpAddress.parse(network);
    Fib routes = to.isV4() ? stack.routes4() : stack.routes6();
    Route route = Route.of(type, null, Scope.GLOBAL).withProtocol("boot");
    routes.add(RouteEntry.MAIN, to, prefix, route);
  }

  private void address(
      NetDevice device, String text, int prefix, @Nullable IpAddress broadcast, Scope scope) {
    IpAddress ip = IpAddress.parse(text);
    stack.addAddress(
        device, new InterfaceAddress(ip, prefix, broadcast, scope, false, true, device.name()));
  }

  /** Runs a step and all that follows from it at once. */
  String run(String line) {
    String result = step(line.split(" "));
    loop.runForMillis(1);
    return result;
  }

  /** Closes what is open. */
  void close() {
    for (Socket socket : sockets.values()) {
      if (socket != null) {
        socket.close();
      }
    }
    loop.runForMillis(1_000_000);
    pool.checkNoLeaks();
  }

  private String step(String[] w) {
    if (w.length > 2 && w[1].equals("=")) {
      return w[2].equals("socket") ? socket(w) : accept(w[0], w[3]);
    }
    return switch (w[0]) {
      case "pair" -> pair(w);
      case "link" -> {
        stack.setUp(Objects.requireNonNull(stack.device(w[1])), w[2].equals("up"));
        yield "ok";
      }
      case "wait" -> {
        loop.runForMillis(Integer.parseInt(w[1]));
        yield "ok";
      }
      default -> {
        Socket s = sockets.get(w[1]);
        yield s == null ? "EBADF" : call(s, w);
      }
    };
  }

  private String call(Socket s, String[] w) {
    return switch (w[0]) {
      case "bind" -> result(s.bind(parse(w[2])));
      case "connect" -> result(s.connect(parse(w[2])));
      case "listen" -> result(s.listen(Integer.parseInt(w[2])));
      case "shutdown" -> result(s.shutdown(how(w[2])));
      case "close" -> result(s.close());
      case "poll" -> PollEvents.toString(s.poll());
      case "name" -> named(s, true);
      case "peer" -> named(s, false);
      case "send", "sendto" -> send(s, w);
      case "recv" -> receive(s, w, null);
      case "recvfrom" -> receive(s, w, new SocketAddress());
      case "recvmsg" -> message(s, w);
      case "atmark" -> ((StreamSocket) s).isAtMark() ? "1" : "0";
      case "errqueue" -> errors(s);
      case "fill" -> fill(s);
      case "drain" -> drain(s);
      default -> option(s, w);
    };
  }

  private static int how(String word) {
    return switch (word) {
      case "rd" -> Socket.SHUT_RD;
      case "wr" -> Socket.SHUT_WR;
      case "rdwr" -> Socket.SHUT_RDWR;
      default -> 9;
    };
  }

  private static String result(int value) {
    return value < 0 ? Errno.name(value) : Integer.toString(value);
  }

  private static int number(Map<String, Integer> names, String word) {
    Integer known = names.get(word);
    return known == null ? Integer.decode(word) : known;
  }

  private String socket(String[] w) {
    int protocol = w.length > 5 ? number(PROTOCOLS, w[5]) : 0;
    Socket made = stack.sockets().socket(number(FAMILIES, w[3]), number(TYPES, w[4]), protocol);
    sockets.put(w[0], made);
    return made == null ? Errno.name(stack.sockets().errno()) : "0";
  }

  private String accept(String name, String listener) {
    Socket from = Objects.requireNonNull(sockets.get(listener));
    SocketAddress peer = new SocketAddress();
    Socket child = from.accept(peer);
    sockets.put(name, child);
    return child == null ? Errno.name(stack.sockets().errno()) : show(peer);
  }

  private String pair(String[] w) {
    Socket[] out = new Socket[2];
    int status = stack.sockets().socketpair(number(FAMILIES, w[3]), number(TYPES, w[4]), 0, out);
    if (status == 0) {
      sockets.put(w[1], out[0]);
      sockets.put(w[2], out[1]);
    }
    return result(status);
  }

  private SocketAddress parse(String text) {
    SocketAddress out = new SocketAddress();
    if (text.equals("unspec")) {
      return out;
    }
    if (text.startsWith("=")) {
      Objects.requireNonNull(sockets.get(text.substring(1))).getsockname(out);
      return out;
    }
    if (text.startsWith("unspec/")) {
      out.set(parse(text.substring(7)));
      out.family = AddressFamily.AF_UNSPEC;
      return out;
    }
    int colon = text.lastIndexOf(':');
    int port = Integer.parseInt(text.substring(colon + 1));
    String host = text.substring(0, colon);
    if (!host.startsWith("[")) {
      return SocketAddress.of(host, port);
    }
    String[] parts = host.substring(1, host.length() - 1).split("%");
    out.set(SocketAddress.of6(parts[0], port));
    if (parts.length > 1) {
      out.scope = Objects.requireNonNull(stack.device(parts[1])).index();
    }
    return out;
  }

  private String show(SocketAddress a) {
    String port = a.port >= 32768 ? "*" : Integer.toString(a.port);
    return switch (a.family) {
      case AddressFamily.AF_INET -> a.address() + ":" + port;
      case AddressFamily.AF_INET6 -> {
        String mapped = Addresses.isV4(a.hi, a.lo) ? "::ffff:" : "";
        String device = a.scope == 0 ? "" : "%" + device(a.scope);
        yield "[" + mapped + a.address() + device + "]:" + port;
      }
      case AddressFamily.AF_UNIX -> "unix";
      default -> "unspec";
    };
  }

  private String device(int index) {
    for (NetDevice device : stack.devices()) {
      if (device.index() == index) {
        return device.name();
      }
    }
    return "?" + index;
  }

  private String named(Socket s, boolean own) {
    SocketAddress out = new SocketAddress();
    int status = own ? s.getsockname(out) : s.getpeername(out);
    return status < 0 ? result(status) : show(out);
  }

  private static byte[] payload(String text) {
    if (text.equals("-")) {
      return new byte[0];
    }
    if (text.startsWith("*")) {
      byte[] data = new byte[Integer.parseInt(text.substring(1))];
      Arrays.fill(data, (byte) 'x');
      return data;
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String summary(byte[] data, int length) {
    if (length > 40) {
      return "*" + length;
    }
    int end = length;
    while (end > 0 && data[end - 1] == 0) {
      end--;
    }
    return end == 0 ? "-" : new String(data, 0, end, StandardCharsets.UTF_8);
  }

  private static int flags(String[] w, int from) {
    int flags = MessageFlags.MSG_NOSIGNAL;
    for (int i = from; i < w.length; i++) {
      flags |= number(FLAGS, w[i]);
    }
    return flags;
  }

  private String send(Socket s, String[] w) {
    byte[] data = payload(w[2]);
    boolean to = w[0].equals("sendto");
    return result(s.sendto(data, 0, data.length, flags(w, to ? 4 : 3), to ? parse(w[3]) : null));
  }

  private String receive(Socket s, String[] w, @Nullable SocketAddress from) {
    int room = Integer.parseInt(w[2]);
    Arrays.fill(big, 0, 64, (byte) 0);
    int n = s.recvfrom(big, 0, room, flags(w, 3), from);
    if (n < 0 || n == 0 && from == null) {
      return result(n);
    }
    return n + " " + summary(big, Math.min(n, room)) + (from == null ? "" : " from " + show(from));
  }

  private String message(Socket s, String[] w) {
    Message m = new Message().buffer(big, 0, Integer.parseInt(w[2]));
    int n = s.recvmsg(m, flags(w, 3));
    if (n < 0) {
      return result(n);
    }
    String text =
        n + " " + summary(big, n) + ((m.flags & MessageFlags.MSG_TRUNC) != 0 ? " trunc" : "");
    text += (m.flags & MessageFlags.MSG_OOB) != 0 ? " oob" : "";
    return text + control(m, s.family() == AddressFamily.AF_INET6);
  }

  private String control(Message m, boolean six) {
    Set<String> shown = new TreeSet<>();
    if ((m.control & Message.CONTROL_PKTINFO) != 0) {
      String to = Addresses.toString(m.localHi, m.localLo);
      String specific = Addresses.toString(m.specificHi, m.specificLo);
      String prefix = six && Addresses.isV4(m.localHi, m.localLo) ? "::ffff:" : "";
      shown.add("pktinfo=" + device(m.interfaceIndex) + "/" + (six ? prefix : specific + "/") + to);
    }
    if ((m.control & Message.CONTROL_HOP_LIMIT) != 0) {
      shown.add("hops=" + m.hopLimit);
    }
    if ((m.control & Message.CONTROL_TRAFFIC_CLASS) != 0) {
      shown.add("class=" + m.trafficClass);
    }
    if ((m.control & (Message.CONTROL_TIMESTAMP | Message.CONTROL_TIMESTAMPNS)) != 0) {
      shown.add((m.control & Message.CONTROL_TIMESTAMP) != 0 ? "time=us" : "time=ns");
    }
    if ((m.control & Message.CONTROL_ERROR) != 0) {
      ExtendedError e = m.error;
      String who = e.errno == Errno.EMSGSIZE ? "-" : show(e.offender);
      shown.add(
          "error="
              + String.join(
                  "/",
                  Errno.name(e.errno),
                  Integer.toString(e.origin),
                  Integer.toString(e.type),
                  Integer.toString(e.code),
                  Integer.toString(e.info),
                  who));
    }
    return shown.isEmpty() ? "" : " " + String.join(" ", shown);
  }

  private String errors(Socket s) {
    SocketAddress to = new SocketAddress();
    Message m = new Message().buffer(big, 0, 1000).name(to);
    int n = s.recvmsg(m, MessageFlags.MSG_ERRQUEUE);
    return n < 0
        ? result(n)
        : n + " " + summary(big, n) + " to " + Addresses.toString(to.hi, to.lo) + control(m, false);
  }

  private String fill(Socket s) {
    for (int i = 0; i < 100_000; i++) {
      int n = s.send(big, 0, 4096, 0);
      loop.runFor(0);
      if (n < 0) {
        return result(n);
      }
    }
    return "never";
  }

  private String drain(Socket s) {
    for (int i = 0; i < 100_000; i++) {
      int n = s.recv(big, 0, 65_536, 0);
      loop.runForMillis(1);
      if (n <= 0) {
        return result(n);
      }
    }
    return "never";
  }

  private String option(Socket s, String[] w) {
    int level = number(LEVELS, w[2]);
    int name = Integer.parseInt(w[3]);
    byte[] room = new byte[256];
    switch (w[0]) {
      case "set" -> {
        return result(s.setsockopt(level, name, Integer.decode(w[4])));
      }
      case "setraw" -> {
        byte[] value = w[4].equals("-") ? new byte[0] : HexFormat.of().parseHex(w[4]);
        return result(s.setsockopt(level, name, value, value.length));
      }
      case "getraw" -> {
        int n = s.getsockopt(level, name, room, Integer.parseInt(w[4]));
        return n < 0 ? result(n) : n == 0 ? "-" : HexFormat.of().formatHex(room, 0, n);
      }
      case "getwith" -> {
        byte[] given = HexFormat.of().parseHex(w[4]);
        byte[] value = Arrays.copyOf(given, 1024);
        int n = s.getsockopt(level, name, value, Integer.parseInt(w[5]));
        return n < 0 ? result(n) : n == 0 ? "-" : HexFormat.of().formatHex(value, 0, n);
      }
      case "get" -> {
        int[] value = new int[1];
        int n = s.getsockopt(level, name, value);
        boolean error = level == 1 && name == 4 && n == 0 && value[0] != 0;
        return n < 0 ? result(n) : error ? Errno.name(value[0]) : Integer.toString(value[0]);
      }
      default -> throw new IllegalArgumentException("no such call: " + String.join(" ", w));
    }
  }
}
