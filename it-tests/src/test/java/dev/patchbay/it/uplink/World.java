package dev.patchbay.it.uplink;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Netns;
import dev.patchbay.stack.ip.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bench of these tests, each box a namespace:
 *
 * <pre>
 *   guest --TAP-- daemon's host --veth-- router --veth, MTU 1400-- far
 *   10.0.2.15     192.0.2.1       .2 198.51.100.1                  .2
 *   fec0::15      2001:db8:1::1   ::2  2001:db8:2::1               ::2
 * </pre>
 *
 * <p>The guest is this kernel with the other end of the daemon's TAP, with addresses set by hand.
 */
final class World implements AutoCloseable {
  /** MTU of the link between router and far. */
  static final int NARROW = 1400;

  static final String GUEST4 = "10.0.2.15";
  static final String GATEWAY4 = "10.0.2.2";
  static final String GATEWAY6 = "fec0::2";
  static final String HOST4 = "192.0.2.1";
  static final String ROUTER4 = "192.0.2.2";
  static final String ROUTER6 = "2001:db8:1::2";
  static final String FAR4 = "198.51.100.2";
  static final String FAR6 = "2001:db8:2::2";

  private static final String TAP = "tap0";

  final Netns host = Netns.create();
  final Netns router = Netns.create();
  final Netns far = Netns.create();
  final Netns guest = Netns.create();
  private final Path folder = Files.createTempDirectory("pb");
  private @Nullable Daemon daemon;

  /** The server behind the router. */
  static String far(boolean v6) {
    return v6 ? FAR6 : FAR4;
  }

  /** The appliance, as the guest sees it. */
  static String gateway(boolean v6) {
    return v6 ? GATEWAY6 : GATEWAY4;
  }

  /** The first router of the world. */
  static String router(boolean v6) {
    return v6 ? ROUTER6 : ROUTER4;
  }

  /** Everything, the daemon started with these further options. */
  World(String... options) throws Exception {
    this(List.of(), options);
  }

  /**
   * The same.
   *
   * @param wrapper words before the daemon's command, e.g. {@code setpriv} with its options
   */
  World(List<String> wrapper, String... options) throws Exception {
    try {
      wire();
      daemon = start(wrapper, options);
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  private void wire() throws IOException, InterruptedException {
    String toRouter = host.veth(router, HOST4 + "/24", ROUTER4 + "/24");
    String routerEnd = toRouter.replace('v', 'p');
    sh(host, "ip addr add 2001:db8:1::1/64 dev " + toRouter + " nodad");
    sh(router, "ip addr add 2001:db8:1::2/64 dev " + routerEnd + " nodad");
    sh(host, "ip route add default via " + ROUTER4);
    sh(host, "ip -6 route add default via " + ROUTER6);
    String toFar = router.veth(far, "198.51.100.1/24", FAR4 + "/24");
    String farEnd = toFar.replace('v', 'p');
    sh(router, "ip addr add 2001:db8:2::1/64 dev " + toFar + " nodad");
    sh(far, "ip addr add 2001:db8:2::2/64 dev " + farEnd + " nodad");
    sh(router, "ip link set " + toFar + " mtu " + NARROW);
    sh(far, "ip link set " + farEnd + " mtu " + NARROW);
    sh(far, "ip route add default via 198.51.100.1");
    sh(far, "ip -6 route add default via 2001:db8:2::1");
    sh(router, "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
    // routers here answer every packet: no limit of ICMP errors per second
    for (Netns each : List.of(host, router, far)) {
      sh(each, "sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0");
    }
    sh(host, "ip tuntap add dev " + TAP + " mode tap");
    sh(host, "ip link set " + TAP + " up");
  }

  private Daemon start(List<String> before, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of("--tap", TAP));
    all.addAll(List.of(options));
    List<String> wrapper = new ArrayList<>(host.wrapper());
    wrapper.addAll(before);
    Daemon started = Daemon.startIn(folder, wrapper, all.toArray(String[]::new));
    sh(host, "ip link set " + TAP + " netns " + guest.name());
    sh(guest, "sysctl -qw net.ipv6.conf.default.accept_ra=0 net.ipv6.conf.default.dad_transmits=0");
    sh(guest, "sysctl -qw net.ipv6.conf." + TAP + ".accept_ra=0");
    sh(guest, "ip link set " + TAP + " up");
    sh(guest, "ip addr add " + GUEST4 + "/24 dev " + TAP);
    sh(guest, "ip addr add fec0::15/64 dev " + TAP + " nodad");
    sh(guest, "ip route add default via " + GATEWAY4);
    sh(guest, "ip -6 route add default via " + GATEWAY6);
    return started;
  }

  /** Runs a command of words without blanks in them there; it must succeed. */
  static String sh(Netns where, String command) throws IOException, InterruptedException {
    return where.exec(command.split(" ", -1)).ok();
  }

  Daemon daemon() {
    return Objects.requireNonNull(daemon);
  }

  /** A listener there, on all addresses of both families. */
  static ServerSocket listen(Netns where) throws Exception {
    return listen(where, 0);
  }

  static ServerSocket listen(Netns where, int port) throws Exception {
    return Setns.call(where, () -> new ServerSocket(port, 4096));
  }

  /** A connection from there; waits at most 20 s for it. */
  static Socket connect(Netns from, String host, int port) throws Exception {
    return Setns.call(
        from,
        () -> {
          Socket socket = new Socket();
          socket.connect(new InetSocketAddress(literal(host), port), 20_000);
          return socket;
        });
  }

  static InetAddress literal(String address) throws UnknownHostException {
    return InetAddress.ofLiteral(address);
  }

  /** An address as people write it. */
  static String canonical(String address) throws UnknownHostException {
    return IpAddress.of(literal(address.replaceFirst("%.*", ""))).toString();
  }

  /** Lets the guest's kernel listen to routers, and ask for them: the link goes down and up. */
  void acceptRouterAdvertisements() throws IOException, InterruptedException {
    sh(guest, "ip link set " + TAP + " down");
    sh(guest, "sysctl -qw net.ipv6.conf." + TAP + ".accept_ra=1");
    sh(guest, "ip link set " + TAP + " up");
  }

  /** A counter or gauge of the daemon's metrics, by the beginning of its line. */
  long metric(String beginning) throws IOException {
    String text = daemon().control().request("GET", "/v1/metrics", null).body();
    Matcher matcher =
        Pattern.compile("(?m)^" + Pattern.quote(beginning) + "(?:\\{[^}]*\\})? ([0-9.]+)$")
            .matcher(text);
    if (!matcher.find()) {
      throw new AssertionError("no " + beginning + " in\n" + text);
    }
    return (long) Double.parseDouble(matcher.group(1));
  }

  /** How often the daemon dropped a packet for this reason. */
  long drops(String reason) throws IOException {
    return metric("patchbay_drops_total{reason=\"" + reason + "\"}");
  }

  @Override
  public void close() throws IOException {
    if (daemon != null) {
      daemon.close();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
    guest.close();
    far.close();
    router.close();
    host.close();
  }
}
