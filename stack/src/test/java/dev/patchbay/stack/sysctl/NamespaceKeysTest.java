package dev.patchbay.stack.sysctl;

import static dev.patchbay.stack.Lab.APPLIANCE;
import static dev.patchbay.stack.Lab.GUEST_A;
import static dev.patchbay.stack.Lab.ethernet;
import static dev.patchbay.stack.Lab.icmp;
import static dev.patchbay.stack.Lab.ipv4;
import static dev.patchbay.stack.Lab.ipv6;
import static dev.patchbay.stack.Lab.udp;
import static dev.patchbay.stack.Lab.v4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.SocketOptions;
import dev.patchbay.stack.socket.SocketType;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the keys of a namespace as a whole do, and those of devices for IPv6. */
class NamespaceKeysTest {
  private final TwoLinks net = new TwoLinks();
  private final List<Socket> open = new ArrayList<>();

  @AfterEach
  void nothingLeaks() {
    open.forEach(Socket::close);
    net.lab.close();
  }

  private Socket socket(int family, int type) {
    Socket made = Objects.requireNonNull(net.lab.stack.sockets().socket(family, type, 0));
    open.add(made);
    return made;
  }

  private static SocketAddress inet(String address, int port) {
    return SocketAddress.of(address, port);
  }

  // ---- echo and errors

  private byte[] echo(String to) {
    return ethernet(
        APPLIANCE,
        GUEST_A,
        EtherType.IPV4,
        ipv4("10.0.2.15", to, 1, 64, icmp(8, 0, 1, new byte[8])));
  }

  /** A packet to a port that nobody has, from guest A. */
  private void toClosedPort() {
    net.datagramA("10.0.2.15", "10.0.2.2");
  }

  @Test
  void echoIsAnsweredOrNot() {
    net.fromA(echo("10.0.2.2"));
    assertThat(net.lab.toA).hasSize(1);
    net.set("net.ipv4.icmp_echo_ignore_all=1");
    net.fromA(echo("10.0.2.2"));
    assertThat(net.lab.toA).hasSize(1);
  }

  @Test
  void echoToAllIsIgnoredUnlessToldOtherwise() {
    net.fromA(echo("10.0.2.255"));
    assertThat(net.lab.toA).isEmpty();
    net.set("net.ipv4.icmp_echo_ignore_broadcasts=0");
    net.fromA(echo("10.0.2.255"));
    assertThat(Bytes.i32(net.lab.nextToA(), 14 + 12)).isEqualTo(v4("10.0.2.2"));
  }

  private void echo6(String to) {
    byte[] message = icmp(128, 0, 1, new byte[8]);
    Bytes.put16(message, 2, 0);
    net.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV6, ipv6("fec0::15", to, 58, 64, message)));
  }

  @Test
  void echoOfIpv6IsIgnoredWhereThatIsTold() {
    net.words("ip -6 neigh add fec0::15 lladdr 52:54:00:00:00:01 dev br0");
    echo6("fec0::2");
    echo6("ff02::1");
    assertThat(net.lab.toA).hasSize(2);
    net.set("net.ipv6.icmp.echo_ignore_multicast=1");
    echo6("ff02::1");
    assertThat(net.lab.toA).hasSize(2);
    net.set("net.ipv6.icmp.echo_ignore_all=1");
    echo6("fec0::2");
    assertThat(net.lab.toA).hasSize(2);
  }

  @Test
  void sixErrorsAtOnceThenOneASecond() {
    for (int i = 0; i < 20; i++) {
      toClosedPort();
    }
    assertThat(net.lab.toA).hasSize(6);
    net.lab.loop.runForMillis(1001);
    toClosedPort();
    toClosedPort();
    assertThat(net.lab.toA).hasSize(7);
  }

  @Test
  void icmpRatelimitIsTheWaitAndZeroIsNone() {
    net.set("net.ipv4.icmp_ratelimit=0");
    for (int i = 0; i < 20; i++) {
      toClosedPort();
    }
    assertThat(net.lab.toA).hasSize(20);
  }

  @Test
  void icmpRatemaskSaysWhichTypesAreLimited() {
    net.set("net.ipv4.icmp_ratemask=0x800");
    for (int i = 0; i < 60; i++) {
      toClosedPort();
    }
    assertThat(net.lab.toA).as("unreachable is not").hasSize(60);
  }

  private void toClosedPort6() {
    byte[] packet = ipv6("fec0::15", "fec0::2", 17, 64, udp(5, 6, new byte[4]));
    Bytes.put16(packet, 46, 0xffff);
    long sum =
        InternetChecksum.pseudo6(
            IpAddress.parse("fec0::15").hi(), 0x15, IpAddress.parse("fec0::2").hi(), 2, 17, 12);
    Bytes.put16(packet, 46, 0);
    sum += InternetChecksum.sum(packet, 40, 12);
    Bytes.put16(packet, 46, InternetChecksum.finish(sum));
    net.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV6, packet));
  }

  @Test
  void errorsOfIpv6AreLimitedByTheWidthOfTheRoute() {
    net.words("ip -6 neigh add fec0::15 lladdr 52:54:00:00:00:01 dev br0");
    for (int i = 0; i < 20; i++) {
      toClosedPort6();
    }
    assertThat(net.lab.toA).hasSize(6);
    net.lab.loop.runForMillis(251);
    toClosedPort6();
    assertThat(net.lab.toA).as("a quarter of a second in a /64").hasSize(7);
    net.set("net.ipv6.icmp.ratelimit=0");
    toClosedPort6();
    toClosedPort6();
    assertThat(net.lab.toA).hasSize(9);
    net.set("net.ipv6.icmp.ratelimit=1000");
    net.set("net.ipv6.icmp.ratemask=3-127");
    toClosedPort6();
    assertThat(net.lab.toA).as("type 1 has no limit").hasSize(10);
  }

  @Test
  void errorsComeFromTheWayBackOrFromWhereThePacketCame() {
    net.words("ip route add 198.51.100.0/24 via 10.0.3.15");
    net.words("ip route add unreachable 192.0.2.0/24");
    net.datagramA("198.51.100.7", "192.0.2.5");
    assertThat(Bytes.i32(Objects.requireNonNull(net.lab.toB.poll()), 14 + 12))
        .isEqualTo(v4("10.0.3.1"));
    net.set("net.ipv4.icmp_errors_use_inbound_ifaddr=1");
    net.datagramA("198.51.100.7", "192.0.2.5");
    assertThat(Bytes.i32(Objects.requireNonNull(net.lab.toB.poll()), 14 + 12))
        .isEqualTo(v4("10.0.2.2"));
  }

  // ---- IP

  @Test
  void theTimeToLiveOfWhatIsMadeHere() {
    net.set("net.ipv4.ip_default_ttl=17");
    net.fromA(echo("10.0.2.2"));
    assertThat(Bytes.u8(net.lab.nextToA(), 14 + 8)).isEqualTo(17);
  }

  @Test
  void theHopLimitIsTheDevices() {
    net.words("ip -6 neigh add fec0::15 lladdr 52:54:00:00:00:01 dev br0");
    net.set("net.ipv6.conf.br0.hop_limit=9");
    echo6("fec0::2");
    assertThat(Bytes.u8(net.lab.nextToA(), 14 + 7)).isEqualTo(9);
  }

  @Test
  void fragmentsAreWaitedFor() {
    net.set("net.ipv4.ipfrag_time=2");
    net.set("net.ipv6.ip6frag_time=4");
    byte[] first = ipv4("10.0.2.15", "10.0.2.2", 17, 64, 0x2000, 7, new byte[16]);
    net.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, first));
    byte[] body = new byte[16];
    body[0] = 17;
    body[3] = 1;
    net.fromA(
        ethernet(APPLIANCE, GUEST_A, EtherType.IPV6, ipv6("fec0::15", "fec0::2", 44, 64, body)));
    net.lab.loop.runForMillis(1900);
    assertThat(net.lab.stack.reassembler().pending()).isEqualTo(2);
    net.lab.loop.runForMillis(200);
    assertThat(net.lab.stack.reassembler().pending()).isEqualTo(1);
    net.lab.loop.runForMillis(2000);
    assertThat(net.lab.stack.reassembler().pending()).isZero();
  }

  @Test
  void thePathsMtuIsBelievedDownToTheLeastAndForAWhile() {
    var paths = net.lab.stack.socketOutput().paths();
    IpAddress far = IpAddress.parse("192.0.2.5");
    net.set("net.ipv4.route.min_pmtu=1000");
    net.set("net.ipv4.route.mtu_expires=5");
    paths.learn(far.hi(), far.lo(), 600, true);
    assertThat(paths.lookup(far.hi(), far.lo())).isEqualTo(1000);
    net.lab.loop.runForMillis(5001);
    assertThat(paths.lookup(far.hi(), far.lo())).isEqualTo(Integer.MAX_VALUE);
  }

  // ---- sockets

  @Test
  void portsAreChosenFromTheRangeButForTheReservedOnes() {
    net.set("net.ipv4.ip_local_reserved_ports=40001-40003");
    net.words("sysctl -w net.ipv4.ip_local_port_range=40000\t40004");
    for (int type : new int[] {SocketType.SOCK_DGRAM, SocketType.SOCK_STREAM}) {
      List<Integer> ports = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Socket socket = socket(AddressFamily.AF_INET, type);
        assertThat(socket.bind(inet("0.0.0.0", 0))).isZero();
        SocketAddress own = new SocketAddress();
        socket.getsockname(own);
        ports.add(own.port);
      }
      assertThat(ports).containsExactlyInAnyOrder(40000, 40004);
      Socket none = socket(AddressFamily.AF_INET, type);
      assertThat(none.bind(inet("0.0.0.0", 0))).isEqualTo(-Errno.EADDRINUSE);
    }
  }

  @Test
  void foreignAddressesAreTakenWhereThatIsTold() {
    Socket four = socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM);
    Socket six = socket(AddressFamily.AF_INET6, SocketType.SOCK_STREAM);
    assertThat(four.bind(inet("192.0.2.5", 99))).isEqualTo(-Errno.EADDRNOTAVAIL);
    assertThat(six.bind(inet("2001:db8::9", 99))).isEqualTo(-Errno.EADDRNOTAVAIL);
    net.set("net.ipv4.ip_nonlocal_bind=1");
    net.set("net.ipv6.ip_nonlocal_bind=1");
    assertThat(four.bind(inet("192.0.2.5", 99))).isZero();
    assertThat(six.bind(inet("2001:db8::9", 99))).isZero();
  }

  @Test
  void bindv6onlyIsWhatNewSocketsAre() {
    int[] value = new int[1];
    Socket before = socket(AddressFamily.AF_INET6, SocketType.SOCK_STREAM);
    net.set("net.ipv6.bindv6only=1");
    Socket after = socket(AddressFamily.AF_INET6, SocketType.SOCK_STREAM);
    before.getsockopt(SocketOptions.IPPROTO_IPV6, SocketOptions.IPV6_V6ONLY, value);
    assertThat(value[0]).isZero();
    after.getsockopt(SocketOptions.IPPROTO_IPV6, SocketOptions.IPV6_V6ONLY, value);
    assertThat(value[0]).isEqualTo(1);
  }

  @Test
  void buffersAreTheInitialNamespacesForAll() {
    net.set("net.core.rmem_default=50000");
    net.set("net.core.wmem_default=60000");
    net.set("net.core.rmem_max=70000");
    net.set("net.core.wmem_max=80000");
    net.words("ip netns add other");
    var other = Objects.requireNonNull(net.lab.stack.namespaces().find("other"));
    Socket socket =
        Objects.requireNonNull(
            other.sockets().socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM, 0));
    open.add(socket);
    assertThat(option(socket, SocketOptions.SO_RCVBUF)).isEqualTo(50000);
    assertThat(option(socket, SocketOptions.SO_SNDBUF)).isEqualTo(60000);
    socket.setsockopt(SocketOptions.SOL_SOCKET, SocketOptions.SO_RCVBUF, 1 << 20);
    socket.setsockopt(SocketOptions.SOL_SOCKET, SocketOptions.SO_SNDBUF, 1 << 20);
    assertThat(option(socket, SocketOptions.SO_RCVBUF)).isEqualTo(140000);
    assertThat(option(socket, SocketOptions.SO_SNDBUF)).isEqualTo(160000);
  }

  private static int option(Socket socket, int name) {
    int[] value = new int[1];
    socket.getsockopt(SocketOptions.SOL_SOCKET, name, value);
    return value[0];
  }

  @Test
  void somaxconnIsTheLongestBacklog() {
    net.set("net.core.somaxconn=1");
    Socket server = socket(AddressFamily.AF_INET, SocketType.SOCK_STREAM);
    server.bind(inet("127.0.0.1", 80));
    assertThat(server.listen(100)).isZero();
    int connected = 0;
    for (int i = 0; i < 6; i++) {
      Socket client = socket(AddressFamily.AF_INET, SocketType.SOCK_STREAM);
      client.connect(inet("127.0.0.1", 80));
      net.lab.loop.runForMillis(20);
      connected += client.getpeername(new SocketAddress()) == 0 ? 1 : 0;
    }
    assertThat(connected).as("one more than the backlog, as on Linux").isEqualTo(2);
  }

  // ---- addresses and routes

  @Test
  void aSecondaryAddressFollowsThePrimaryOneWhereThatIsTold() {
    net.set("net.ipv4.conf.all.promote_secondaries=1");
    net.words("ip addr add 10.9.0.1/24 dev br0");
    net.words("ip addr add 10.9.0.2/24 dev br0");
    net.words("ip addr add 10.9.0.3/24 dev br0");
    net.words("ip addr del 10.9.0.1/24 dev br0");
    assertThat(net.words("ip -o addr show dev br0 to 10.9.0.0/24"))
        .contains("10.9.0.2/24 scope global br0")
        .contains("10.9.0.3/24 scope global secondary br0");
    assertThat(net.words("ip route show 10.9.0.0/24")).contains("src 10.9.0.2");
    net.set("net.ipv4.conf.all.promote_secondaries=0");
    net.words("ip addr del 10.9.0.2/24 dev br0");
    assertThat(net.words("ip -o addr show dev br0 to 10.9.0.0/24")).isEmpty();
  }

  @Test
  void multipathMayLookAtPorts() {
    net.words("ip route add 192.0.2.0/24 nexthop via 10.0.2.8 nexthop via 10.0.2.9");
    assertThat(gateways()).hasSize(1);
    net.set("net.ipv4.fib_multipath_hash_policy=1");
    assertThat(gateways()).hasSize(2);
    net.set("net.ipv6.fib_multipath_hash_policy=1");
    assertThat(net.lab.stack.routes6().needsPorts()).isTrue();
  }

  private Set<String> gateways() {
    Set<String> found = new TreeSet<>();
    for (int port = 1; port <= 40; port++) {
      String route = net.words("ip route get 192.0.2.5 ipproto udp sport 5 dport " + port);
      found.add(route.replaceAll("(?s).*via (\\S+).*", "$1"));
    }
    return found;
  }

  // ---- IPv6

  @Test
  void aHostSendsNoIpv6On() {
    net.set("net.ipv6.conf.br0.forwarding=0");
    byte[] packet = ipv6("fec0::15", "2001:db8::5", 17, 64, udp(5, 6, new byte[4]));
    net.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV6, packet));
    assertThat(net.lab.toWorld).isEmpty();
    assertThat(net.drops(DropReason.IP_INADDRERRORS)).isEqualTo(1);
    net.set("net.ipv6.conf.all.forwarding=0");
    net.set("net.ipv6.conf.all.forwarding=1");
    net.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV6, packet));
    assertThat(net.lab.toWorld).hasSize(1);
  }

  @Test
  void aDeviceWithoutIpv6HasNoAddressAndTakesNothing() {
    net.set("net.ipv6.conf.br0.disable_ipv6=1");
    assertThat(net.words("ip -6 addr show dev br0")).isEmpty();
    echo6("fec0::2");
    assertThat(net.drops(DropReason.IPV6DISABLED)).isEqualTo(1);
    assertThat(net.run("ip -6 addr add 2001:db8::1/64 dev br0").stderr())
        .isEqualTo("RTNETLINK answers: Permission denied\n");
    net.set("net.ipv6.conf.br0.disable_ipv6=0");
    assertThat(net.words("ip -6 -o addr show dev br0")).contains("fe80::");
  }

  @Test
  void dadTransmitsAndAcceptDadSayWhetherAndHowOftenIsAsked() {
    net.set("net.ipv6.conf.br0.dad_transmits=3");
    net.words("ip addr add 2001:db8::1/64 dev br0");
    net.lab.loop.runForMillis(2900);
    assertThat(net.words("ip -6 addr show dev br0 tentative")).contains("2001:db8::1");
    net.lab.loop.runForMillis(1200);
    assertThat(net.words("ip -6 addr show dev br0 tentative")).isEmpty();
    net.set("net.ipv6.conf.br0.accept_dad=0");
    net.words("ip addr add 2001:db8::2/64 dev br0");
    assertThat(net.words("ip -6 addr show dev br0 tentative")).isEmpty();
  }

  @Test
  void onlyARouterSaysThatItIsOne() {
    net.set("net.ipv6.conf.br0.ndisc_notify=1");
    for (int forwarding : new int[] {1, 0}) {
      net.set("net.ipv6.conf.br0.forwarding=" + forwarding);
      net.lab.toA.clear();
      net.words("ip addr add 2001:db8::" + (7 + forwarding) + "/64 dev br0");
      net.lab.loop.runForMillis(2100);
      byte[] told =
          net.lab.toA.stream()
              .filter(f -> Bytes.u16(f, 12) == EtherType.IPV6 && Bytes.u8(f, 14 + 40) == 136)
              .findFirst()
              .orElseThrow();
      assertThat(Bytes.i32(told, 14 + 44) >>> 31).isEqualTo(forwarding);
    }
  }

  @Test
  void ndiscNotifyTellsOfANewAddress() {
    net.set("net.ipv6.conf.br0.ndisc_notify=1");
    net.lab.toA.clear();
    net.words("ip addr add 2001:db8::1/64 dev br0");
    net.lab.loop.runForMillis(2100);
    assertThat(net.lab.toA)
        .anyMatch(f -> Bytes.u16(f, 12) == EtherType.IPV6 && Bytes.u8(f, 14 + 40) == 136);
  }

  @Test
  void ofProxiesIsOnlyAnsweredWhereThatIsTold() {
    var stack = net.lab.stack;
    net.words("ip -6 neigh add proxy fec0::99 dev br0");
    assertThat(stack.neighbours().proxies().entries()).hasSize(1);
    net.set("net.ipv6.conf.all.proxy_ndp=0");
    net.set("net.ipv6.conf.br0.proxy_ndp=0");
    long answers = stack.counters(false).icmpOutTypes[136];
    byte[] asked = icmp(135, 0, 0, new byte[24]);
    Bytes.put64(asked, 8, IpAddress.parse("fec0::99").hi());
    Bytes.put64(asked, 16, 0x99);
    asked[24] = 1;
    asked[25] = 1;
    Bytes.put48(asked, 26, GUEST_A);
    Bytes.put16(asked, 2, 0);
    byte[] packet = ipv6("fec0::15", "fec0::99", 58, 255, asked);
    net.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV6, packet));
    assertThat(stack.counters(false).icmpOutTypes[136]).isEqualTo(answers);
    net.set("net.ipv6.conf.br0.proxy_ndp=1");
    // for a unicast address of another only who routes hears it; so by the group
    Bytes.put64(packet, 24, 0xff02_0000_0000_0000L);
    Bytes.put64(packet, 32, 0x0000_0001_ff00_0099L);
    Bytes.put16(packet, 42, 0);
    byte[] again = ipv6("fec0::15", "ff02::1:ff00:99", 58, 255, zeroChecksum(asked));
    net.fromA(ethernet(0x3333ff000099L, GUEST_A, EtherType.IPV6, again));
    net.lab.loop.runForMillis(1000);
    assertThat(stack.counters(false).icmpOutTypes[136]).isEqualTo(answers + 1);
  }

  private static byte[] zeroChecksum(byte[] message) {
    byte[] copy = message.clone();
    Bytes.put16(copy, 2, 0);
    return copy;
  }

  @Test
  void aHostOfIpv6BelievesItsGateway() {
    net.set("net.ipv6.conf.all.forwarding=0");
    net.words("ip -6 neigh add fe80::8 lladdr 52:54:00:00:00:08 dev br0");
    net.words("ip -6 route add 2001:db8::/32 via fe80::8 dev br0");
    redirect6("fe80::7");
    assertThat(nextHop6()).as("who is no gateway of ours").isEqualTo(0x525400000008L);
    redirect6("fe80::8");
    assertThat(nextHop6()).isEqualTo(0x525400000009L);
  }

  @Test
  void noRedirectOfIpv6IsBelievedByARouterOrWithoutAcceptRedirects() {
    net.words("ip -6 neigh add fe80::8 lladdr 52:54:00:00:00:08 dev br0");
    net.words("ip -6 route add 2001:db8::/32 via fe80::8 dev br0");
    redirect6("fe80::8");
    assertThat(nextHop6()).isEqualTo(0x525400000008L);
    net.set("net.ipv6.conf.all.forwarding=0");
    net.set("net.ipv6.conf.br0.accept_redirects=0");
    redirect6("fe80::8");
    assertThat(nextHop6()).isEqualTo(0x525400000008L);
  }

  private void redirect6(String from) {
    byte[] message = icmp(137, 0, 0, new byte[40]);
    Bytes.put64(message, 8, 0xfe80L << 48);
    Bytes.put64(message, 16, 9);
    Bytes.put64(message, 24, IpAddress.parse("2001:db8::5").hi());
    Bytes.put64(message, 32, 5);
    Bytes.put16(message, 40, 0x0201);
    Bytes.put48(message, 42, 0x525400000009L);
    Bytes.put16(message, 2, 0);
    byte[] packet = ipv6(from, "fec0::2", 58, 255, message);
    net.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV6, packet));
  }

  private long nextHop6() {
    net.lab.toA.clear();
    var packet = Objects.requireNonNull(net.lab.pool.acquire(8));
    packet.l4 = packet.append(8);
    packet.protocol = 17;
    IpAddress us = IpAddress.parse("fec0::2");
    IpAddress to = IpAddress.parse("2001:db8::5");
    net.lab.stack.output().send(packet, us.hi(), us.lo(), to.hi(), to.lo());
    net.lab.loop.turn();
    return Bytes.u48(net.lab.nextToA(), 0);
  }

  // ---- namespaces

  @Test
  void aNewNamespaceForwardsAsTheInitialOneButNotIpv6() {
    net.words("ip netns add other");
    var other = Objects.requireNonNull(net.lab.stack.namespaces().find("other"));
    assertThat(other.loopback().conf4().is(Ipv4Key.FORWARDING)).isTrue();
    assertThat(other.loopback().conf6().is(Ipv6Key.FORWARDING)).isFalse();
  }
}
