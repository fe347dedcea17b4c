package dev.patchbay.stack.autoconf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.sysctl.SysctlCommand;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a host makes of routers' advertisements; each test is a trace. */
class RouterDiscoveryTest {
  private static final long MAC = 0x525400123456L;
  private static final IpAddress ROUTER = IpAddress.parse("fe80::1");
  private static final IpAddress OTHER = IpAddress.parse("fe80::2");
  private static final IpAddress ALL_NODES = IpAddress.parse("ff02::1");
  private static final String PREFIX = "fd00:42::";
  private static final String OWN = "fd00:42::5054:ff:fe12:3456";
  private static final int L = 0x80;
  private static final int A = 0x40;

  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
  private final NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
  private final PortDevice eth0 = new PortDevice(stack.nextIndex(), "eth0", MAC, 1500);
  private final List<byte[]> sent = new ArrayList<>();
  private final List<Long> times = new ArrayList<>();
  private int hopLimit = 255;

  @BeforeEach
  void up() {
    stack.conf().default6().set(Ipv6Key.ACCEPT_RA, 2);
    stack.add(eth0);
    eth0.plug(this::deliver);
    stack.setUp(eth0, true);
    loop.turn();
  }

  private void deliver(Packet packet) {
    Segmenter.write(
        packet,
        new Segmenter.FrameSink() {
          private byte[] frame = {};

          @Override
          public int reserve(int length) {
            frame = new byte[length];
            sent.add(frame);
            times.add(loop.now() / 1_000_000);
            return 0;
          }

          @Override
          public byte[] buffer() {
            return frame;
          }
        });
    packet.release();
  }

  private String sysctl(String words) {
    IpCommand.Result result = new SysctlCommand().run(stack, List.of(words.split(" ")), "");
    assertThat(result.stderr()).as(words).isEmpty();
    return result.stdout();
  }

  private String ip(String words) {
    IpCommand.Result result = new IpCommand().run(stack, List.of(words.split(" ")), "");
    assertThat(result.stderr()).as(words).isEmpty();
    return result.stdout();
  }

  /** The routes of IPv6 without those of link-local and groups, blanks at ends of lines cut. */
  private String routes() {
    StringBuilder out = new StringBuilder();
    ip("-6 route show")
        .lines()
        .filter(line -> !line.startsWith("fe80::/64"))
        .forEach(line -> out.append(line.strip()).append('\n'));
    return out.toString();
  }

  private String addresses() {
    return ip("-6 addr show dev eth0 scope global");
  }

  // ---- a router

  private static byte[] head(int flags, int lifetime) {
    byte[] b = new byte[16];
    b[0] = (byte) 134;
    b[4] = 64;
    b[5] = (byte) flags;
    Bytes.put16(b, 6, lifetime);
    return b;
  }

  private static byte[] prefix(String prefix, int length, int flags, long valid, long preferred) {
    byte[] b = new byte[32];
    b[0] = 3;
    b[1] = 4;
    b[2] = (byte) length;
    b[3] = (byte) flags;
    Bytes.put32(b, 4, (int) valid);
    Bytes.put32(b, 8, (int) preferred);
    IpAddress address = IpAddress.parse(prefix);
    Bytes.put64(b, 16, address.hi());
    Bytes.put64(b, 24, address.lo());
    return b;
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private void from(IpAddress router, byte[]... parts) {
    byte[] icmp = join(parts);
    byte[] frame = new byte[54 + icmp.length];
    Bytes.put48(frame, 0, 0x333300000001L);
    Bytes.put48(frame, 6, 0x020000000000L | router.lo());
    Bytes.put16(frame, 12, 0x86dd);
    frame[14] = 0x60;
    Bytes.put16(frame, 18, icmp.length);
    frame[20] = 58;
    frame[21] = (byte) hopLimit;
    Bytes.put64(frame, 22, router.hi());
    Bytes.put64(frame, 30, router.lo());
    Bytes.put64(frame, 38, ALL_NODES.hi());
    Bytes.put64(frame, 46, ALL_NODES.lo());
    System.arraycopy(icmp, 0, frame, 54, icmp.length);
    long sum =
        InternetChecksum.sum(frame, 54, icmp.length)
            + InternetChecksum.pseudo6(
                router.hi(), router.lo(), ALL_NODES.hi(), ALL_NODES.lo(), 58, icmp.length);
    Bytes.put16(frame, 56, InternetChecksum.finish(sum));
    Packet packet = Objects.requireNonNull(pool.acquire(frame.length));
    System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
    eth0.receive(packet);
    loop.turn();
  }

  private void ordinary() {
    from(ROUTER, head(0, 1800), prefix(PREFIX, 64, L | A, 86_400, 14_400));
  }

  private void settle() {
    loop.runForMillis(3000);
  }

  private void seconds(long seconds) {
    loop.runForMillis(1000 * seconds);
  }

  // ---- traces

  @Test
  void solicitationsBecomeSeldom() {
    sysctl("-w net.ipv6.conf.eth0.router_solicitations=3");
    seconds(60);
    List<Long> at = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      byte[] f = sent.get(i);
      if (Bytes.u16(f, 12) == 0x86dd && f[20] == 58 && f[54] == (byte) 133) {
        at.add(times.get(i));
        assertThat(HexFormat.of().formatHex(Arrays.copyOfRange(f, 0, 6))).isEqualTo("333300000002");
        assertThat(f[21]).isEqualTo((byte) 255);
        assertThat(new IpAddress(Bytes.i64(f, 22), Bytes.i64(f, 30)))
            .hasToString("fe80::5054:ff:fe12:3456");
        assertThat(HexFormat.of().formatHex(Arrays.copyOfRange(f, 62, 70)))
            .isEqualTo("0101525400123456");
      }
    }
    assertThat(at).hasSize(3);
    assertThat(at.get(0)).isBetween(0L, 1001L);
    long first = at.get(1) - at.get(0);
    assertThat(first).isBetween(3600L, 4401L);
    assertThat(at.get(2) - at.get(1)).isBetween(first * 19 / 10 - 1, first * 21 / 10 + 1);
  }

  @Test
  void anAnswerEndsTheQuestions() {
    seconds(2);
    ordinary();
    sent.clear();
    seconds(30);
    assertThat(sent.stream().filter(f -> f[20] == 58 && f[54] == (byte) 133)).isEmpty();
  }

  @Test
  void aRouterAPrefixAndAnAddress() {
    ordinary();
    assertThat(addresses())
        .contains(
            "    inet6 "
                + OWN
                + "/64 scope global tentative dynamic mngtmpaddr \n"
                + "       valid_lft 86400sec preferred_lft 14400sec\n");
    settle();
    assertThat(addresses())
        .contains(
            "    inet6 "
                + OWN
                + "/64 scope global dynamic mngtmpaddr \n"
                + "       valid_lft 86397sec preferred_lft 14397sec\n");
    assertThat(routes())
        .isEqualTo(
            "fd00:42::/64 dev eth0 proto kernel metric 256 expires 86397sec pref medium\n"
                + "default via fe80::1 dev eth0 proto ra metric 1024 expires 1797sec hoplimit 64"
                + " pref medium\n");
    assertThat(ip("-6 -j route show default"))
        .contains("\"protocol\":\"ra\",\"metric\":1024,\"flags\":[],\"expires\":1797,")
        .contains("\"metrics\":[{\"hoplimit\":64}],\"pref\":\"medium\"");
    seconds(1798);
    assertThat(routes()).doesNotContain("default").contains("fd00:42::/64");
    seconds(12_600);
    assertThat(addresses()).contains("scope global deprecated dynamic mngtmpaddr");
    seconds(72_001);
    assertThat(routes()).isEmpty();
    assertThat(addresses()).isEmpty();
  }

  @Test
  void aRouterThatForwardsTakesNone() {
    sysctl("-w net.ipv6.conf.eth0.accept_ra=1");
    ordinary();
    assertThat(routes() + addresses()).isEmpty();
    sysctl("-w net.ipv6.conf.eth0.forwarding=0");
    ordinary();
    assertThat(routes()).contains("default via fe80::1");
    // it begins to forward: default routers go, addresses stay (rt6_purge_dflt_routers)
    sysctl("-w net.ipv6.conf.all.forwarding=1");
    assertThat(routes()).doesNotContain("default").contains("fd00:42::/64");
    assertThat(addresses()).contains(OWN);
    sysctl("-w net.ipv6.conf.eth0.accept_ra=2");
    ordinary();
    sysctl("-w net.ipv6.conf.all.forwarding=0");
    sysctl("-w net.ipv6.conf.all.forwarding=1");
    assertThat(routes()).contains("default via fe80::1");
    sysctl("-w net.ipv6.conf.all.forwarding=0");
    sysctl("-w net.ipv6.conf.eth0.accept_ra=0");
    from(OTHER, head(0, 1800));
    assertThat(routes()).doesNotContain("fe80::2");
  }

  @Test
  void aDeviceOfAFreshNamespaceAsksAndOneOfTheApplianceDoesNot() {
    NetworkStack host = Objects.requireNonNull(stack.namespaces().add("host"));
    PortDevice own = new PortDevice(host.nextIndex(), "eth0", MAC + 1, 1500);
    host.add(own);
    own.plug(this::deliver);
    host.setUp(own, true);
    sysctl("-w net.ipv6.conf.eth0.accept_ra=1");
    ip("link set eth0 down");
    ip("link set eth0 up");
    sent.clear();
    seconds(3);
    List<byte[]> asked = sent.stream().filter(f -> f[20] == 58 && f[54] == (byte) 133).toList();
    assertThat(asked).hasSize(1);
    assertThat(Bytes.u48(asked.getFirst(), 6)).isEqualTo(MAC + 1);
  }

  @Test
  void aRouterThatEndsIsForgotten() {
    ordinary();
    from(ROUTER, head(0, 0));
    assertThat(routes()).doesNotContain("default");
    ordinary();
    ip("link set eth0 down");
    assertThat(routes() + addresses()).isEmpty();
    ip("link set eth0 up");
    assertThat(routes()).isEmpty();
    ordinary();
    assertThat(routes()).contains("default via fe80::1").contains("fd00:42::/64");
  }

  @Test
  void thePreferredRouterIsTaken() {
    from(ROUTER, head(0x18, 1800)); // low
    from(OTHER, head(0, 1800));
    assertThat(ip("route get 2001:db8::1")).contains("via fe80::2 dev eth0");
    assertThat(routes())
        .isEqualTo(
            "default via fe80::2 dev eth0 proto ra metric 1024 expires 1800sec hoplimit 64 pref"
                + " medium\n"
                + "default via fe80::1 dev eth0 proto ra metric 1024 expires 1800sec hoplimit 64"
                + " pref low\n");
    from(ROUTER, head(0x08, 1800)); // high
    assertThat(ip("route get 2001:db8::1")).contains("via fe80::1 dev eth0");
    from(ROUTER, head(0x08, 0));
    assertThat(ip("route get 2001:db8::1")).contains("via fe80::2 dev eth0");
    // a route that was taken away by hand comes back with the next advertisement
    ip("-6 route del default");
    from(OTHER, head(0, 1800));
    assertThat(ip("route get 2001:db8::1")).contains("via fe80::2 dev eth0");
  }

  @Test
  void twoHoursAreTheLeast() {
    ordinary();
    settle();
    from(ROUTER, head(0, 1800), prefix(PREFIX, 64, L | A, 60, 60));
    assertThat(addresses()).contains("valid_lft 7200sec preferred_lft 60sec");
    seconds(7100);
    from(ROUTER, head(0, 1800), prefix(PREFIX, 64, L | A, 10, 0));
    assertThat(addresses())
        .contains("scope global deprecated dynamic")
        .contains("valid_lft 100sec preferred_lft 0sec");
    from(ROUTER, head(0, 1800), prefix(PREFIX, 64, L | A, 0xffff_ffffL, 0xffff_ffffL));
    assertThat(addresses()).contains("valid_lft forever preferred_lft forever");
    assertThat(routes()).contains("fd00:42::/64 dev eth0 proto kernel metric 256 pref medium\n");
    // a prefix of no lifetime leaves the link at once, its addresses in two hours
    from(ROUTER, head(0, 1800), prefix(PREFIX, 64, L | A, 0, 0));
    assertThat(routes()).doesNotContain("fd00:42::/64");
    assertThat(addresses()).contains("valid_lft 7200sec preferred_lft 0sec");
  }

  @Test
  void flagsOfAPrefixAreKeptApart() {
    from(ROUTER, head(0, 0), prefix("fd00:1::", 64, L, 600, 600));
    from(ROUTER, head(0, 0), prefix("fd00:2::", 64, A, 600, 600));
    from(ROUTER, head(0, 0), prefix("fd00:3::", 56, L | A, 600, 600));
    assertThat(routes())
        .isEqualTo(
            "fd00:1::/64 dev eth0 proto kernel metric 256 expires 600sec pref medium\n"
                + "fd00:3::/56 dev eth0 proto kernel metric 256 expires 600sec pref medium\n");
    assertThat(addresses()).contains("fd00:2::5054").doesNotContain("fd00:1::", "fd00:3::");
  }

  @Test
  void whatWasGivenByHandStays() {
    ip("addr add fd00:42::9/64 dev eth0 nodad");
    from(ROUTER, head(0, 0), prefix(PREFIX, 64, L, 60, 60));
    seconds(61);
    assertThat(routes()).isEqualTo("fd00:42::/64 dev eth0 proto kernel metric 256 pref medium\n");
  }

  @Test
  void mtuHopLimitAndTimers() {
    byte[] head = head(0, 1800);
    head[4] = 32;
    Bytes.put32(head, 8, 20_000);
    Bytes.put32(head, 12, 500);
    from(ROUTER, head, hex("0501 0000 00000578"));
    assertThat(sysctl("net.ipv6.conf.eth0.hop_limit")).endsWith(" = 32\n");
    assertThat(stack.routerDiscovery().mtu(eth0)).isEqualTo(1400);
    assertThat(sysctl("net.ipv6.neigh.eth0.base_reachable_time_ms")).endsWith(" = 20000\n");
    assertThat(sysctl("net.ipv6.neigh.eth0.gc_stale_time")).endsWith(" = 60\n");
    assertThat(sysctl("net.ipv6.neigh.eth0.retrans_time_ms")).endsWith(" = 500\n");
    assertThat(sysctl("net.ipv4.neigh.eth0.retrans_time_ms")).endsWith(" = 1000\n");
    assertThat(routes())
        .isEqualTo(
            "default via fe80::1 dev eth0 proto ra metric 1024 expires 1800sec mtu 1400 hoplimit 32"
                + " pref medium\n");
    from(ROUTER, head, prefix(PREFIX, 64, L, 600, 600));
    assertThat(routes())
        .startsWith("fd00:42::/64 dev eth0 proto kernel metric 256 expires 600sec pref medium\n");
    assertThat(stack.output().mtu(0, 0, IpAddress.parse(PREFIX).hi(), 9)).isEqualTo(1400);
    from(ROUTER, head, hex("0501 0000 00000400"), hex("0501 0000 00002000"));
    assertThat(stack.routerDiscovery().mtu(eth0)).isEqualTo(1400);
    ip("link set eth0 mtu 1450");
    assertThat(stack.routerDiscovery().mtu(eth0)).isZero();
  }

  @Test
  void whatIsNotWantedIsNotTaken() {
    sysctl("-w net.ipv6.conf.eth0.accept_ra_min_hop_limit=65");
    sysctl("-w net.ipv6.conf.eth0.accept_ra_mtu=0");
    sysctl("-w net.ipv6.conf.eth0.accept_ra_rtr_pref=0");
    sysctl("-w net.ipv6.conf.eth0.ra_defrtr_metric=99");
    sysctl("-w net.ipv6.conf.eth0.autoconf=0");
    sysctl("-w net.ipv6.conf.eth0.accept_ra_rt_info_max_plen=64");
    byte[] route = hex("1802 3008 00000258 fd00009900000000");
    byte[] prefix = prefix(PREFIX, 64, L | A, 600, 600);
    from(ROUTER, head(0x08, 1800), prefix, hex("0501 0000 00000578"), route);
    assertThat(routes())
        .isEqualTo(
            "fd00:42::/64 dev eth0 proto kernel metric 256 expires 600sec pref medium\n"
                + "default via fe80::1 dev eth0 proto ra metric 99 expires 1800sec pref medium\n");
    assertThat(addresses()).isEmpty();
    assertThat(sysctl("net.ipv6.conf.eth0.hop_limit")).endsWith(" = 64\n");
    from(ROUTER, head(0, 0), prefix(PREFIX, 64, L, 0, 0));
    assertThat(routes()).isEmpty();
    // nothing of default routers: neither the route nor the hop limit
    sysctl("-w net.ipv6.conf.eth0.accept_ra_min_hop_limit=1");
    sysctl("-w net.ipv6.conf.eth0.accept_ra_defrtr=0");
    byte[] head = head(0, 1800);
    head[4] = 32;
    from(ROUTER, head);
    assertThat(sysctl("net.ipv6.conf.eth0.hop_limit")).endsWith(" = 64\n");
    sysctl("-w net.ipv6.conf.eth0.accept_ra_pinfo=0");
    from(ROUTER, head, prefix);
    assertThat(routes()).isEmpty();
  }

  @Test
  void shortLivesAreNotTaken() {
    sysctl("-w net.ipv6.conf.eth0.accept_ra_min_lft=700");
    from(ROUTER, head(0, 600), prefix(PREFIX, 64, L | A, 600, 600));
    assertThat(routes() + addresses()).isEmpty();
    from(ROUTER, head(0, 700), prefix(PREFIX, 64, L | A, 700, 600));
    assertThat(routes()).contains("default via fe80::1", PREFIX);
    from(ROUTER, head(0, 0));
    assertThat(routes()).doesNotContain("default");
  }

  @Test
  void routesAreLearnedOnlyWhereTheyAreWanted() {
    byte[] route = hex("1802 3008 00000258 fd00009900000000");
    from(ROUTER, head(0, 0), route);
    assertThat(routes()).isEmpty();
    sysctl("-w net.ipv6.conf.eth0.accept_ra_rt_info_max_plen=48");
    from(ROUTER, head(0, 0), route, hex("1803 4000 00000258 fd00009800000000 0000000000000000"));
    assertThat(routes())
        .isEqualTo(
            "fd00:99::/48 via fe80::1 dev eth0 proto ra metric 1024 expires 600sec pref high\n");
    from(ROUTER, head(0, 0), hex("1802 3008 00000000 fd00009900000000"));
    assertThat(routes()).isEmpty();
  }

  @Test
  void theRouterIsANeighbourThatRoutes() {
    from(ROUTER, head(0, 1800), hex("0101 020000000001"));
    assertThat(ip("-6 neigh show"))
        .isEqualTo("fe80::1 dev eth0 lladdr 02:00:00:00:00:01 router STALE \n");
  }

  @Test
  void whatIsNoAdvertisementIsNotTaken() {
    hopLimit = 64;
    ordinary();
    hopLimit = 255;
    from(IpAddress.parse("fd00:42::1"), head(0, 1800)); // not link-local
    from(ROUTER, head(0, 1800), new byte[] {3, 0, 0, 0, 0, 0, 0, 0}); // an option of no length
    from(ROUTER, head(0, 1800), new byte[] {3, 4, 64, 0, 0, 0, 0, 0}); // one beyond the end
    from(ROUTER, Arrays.copyOf(head(0, 1800), 12)); // too short
    from(stack.linkLocal(eth0), head(0, 1800)); // our own
    byte[] code = head(0, 1800);
    code[1] = 1;
    from(ROUTER, code);
    assertThat(routes() + addresses()).isEmpty();
    from(ROUTER, head(0, 0), prefix("fe80::", 64, L | A, 60, 60));
    from(ROUTER, head(0, 0), prefix("ff02::", 64, L | A, 60, 60));
    from(ROUTER, head(0, 0), prefix(PREFIX, 64, L | A, 60, 61)); // preferred beyond valid
    from(ROUTER, head(0, 0), prefix(PREFIX, 129, L | A, 60, 60));
    assertThat(routes() + addresses()).isEmpty();
  }

  @Test
  void aFloodFillsNothing() {
    for (int i = 0; i < 500; i++) {
      IpAddress router = new IpAddress(ROUTER.hi(), 0x100 + i);
      String prefix = "fd00:" + Integer.toHexString(i + 1) + "::";
      from(router, head(0, 1800), prefix(prefix, 64, L | A, 600, 600));
    }
    assertThat(routes().lines()).hasSize(LearnedRoutes.LIMIT);
    long six = eth0.addresses().stream().filter(own -> !own.address().isV4()).count();
    assertThat(six).isEqualTo(16);
    assertThat(stack.routerDiscovery().refused()).isGreaterThan(900);
    seconds(2000);
    assertThat(routes() + addresses()).isEmpty();
  }

  @Test
  void noBytesHarm() {
    Random random = new Random(1);
    sysctl("-w net.ipv6.conf.eth0.accept_ra_rt_info_max_plen=128");
    byte[] good =
        join(
            head(0, 1800),
            prefix(PREFIX, 64, L | A, 86_400, 14_400),
            hex("1803 4000 00000258 fd00009800000000 0000000000000000"),
            hex("0501 0000 00000578"));
    for (int i = 0; i < 20_000; i++) {
      byte[] b = good.clone();
      for (int k = random.nextInt(8); k >= 0; k--) {
        b[1 + random.nextInt(b.length - 1)] = (byte) random.nextInt();
      }
      from(new IpAddress(ROUTER.hi(), 1 + random.nextInt(64)), Arrays.copyOf(b, b.length));
      loop.runForMillis(random.nextInt(50));
    }
    assertThat(eth0.addresses().stream().filter(a -> a.is(InterfaceAddress.MNGTMPADDR)).count())
        .isLessThanOrEqualTo(16);
    assertThat(routes().lines().count()).isLessThanOrEqualTo(LearnedRoutes.LIMIT);
  }

  @Test
  void somebodyElsesAddressIsGivenUp() {
    ordinary();
    IpAddress own = IpAddress.parse(OWN);
    byte[] na = new byte[24];
    na[0] = (byte) 136;
    na[4] = 0x20;
    Bytes.put64(na, 8, own.hi());
    Bytes.put64(na, 16, own.lo());
    from(OTHER, na, hex("0201 020000000002"));
    settle();
    assertThat(addresses()).isEmpty();
    assertThat(routes()).contains("fd00:42::/64");
  }
}
