package dev.patchbay.stack.udp;

import static dev.patchbay.stack.udp.UdpTester.APPLIANCE;
import static dev.patchbay.stack.udp.UdpTester.APPLIANCE6;
import static dev.patchbay.stack.udp.UdpTester.GUEST;
import static dev.patchbay.stack.udp.UdpTester.GUEST6;
import static dev.patchbay.stack.udp.UdpTester.datagram;
import static dev.patchbay.stack.udp.UdpTester.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.ip.UdpCounters;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which socket gets a datagram, and which datagrams nobody gets. */
class UdpReceiveTest {
  private final UdpTester t = new UdpTester();
  private final UdpCounters four = t.lab.stack.counters(true).udp;
  private final UdpCounters six = t.lab.stack.counters(false).udp;

  @AfterEach
  void nothingLeaks() {
    t.close();
  }

  @Test
  void theSocketThatFitsBestGetsIt() {
    UdpSocket any6 = t.open();
    UdpSocket any4 = t.open();
    UdpSocket named = t.open();
    UdpSocket connected = t.open();
    for (UdpSocket s : List.of(any6, any4, named, connected)) {
      s.reuseAddress = true;
    }
    assertThat(t.bind(any6, "::", 7)).isZero();
    t.fromGuest(1000, 7, "a");
    assertThat(t.bind(any4, "0.0.0.0", 7)).isZero();
    t.fromGuest(1000, 7, "b");
    assertThat(t.bind(named, APPLIANCE, 7)).isZero();
    t.fromGuest(1000, 7, "c");
    assertThat(t.bind(connected, APPLIANCE, 7)).isZero();
    assertThat(t.connect(connected, GUEST, 1000)).isZero();
    t.fromGuest(1000, 7, "d");
    t.fromGuest(1001, 7, "e");
    t.fromGuest(GUEST6, 1000, APPLIANCE6, 7, "f");
    assertThat(read(any6)).isEqualTo("a f");
    assertThat(read(any4)).isEqualTo("b");
    assertThat(read(named)).as("not the peer of the connected one").isEqualTo("c e");
    assertThat(read(connected)).isEqualTo("d");
    assertThat(four.inDatagrams).isEqualTo(5);
    assertThat(six.inDatagrams).isEqualTo(1);
  }

  @Test
  void ofEqualOnesTheNewestAndOfDevicesTheRightOne() {
    UdpSocket old = t.open();
    UdpSocket young = t.open();
    UdpSocket bridged = t.open();
    UdpSocket elsewhere = t.open();
    for (UdpSocket s : List.of(old, young, bridged, elsewhere)) {
      s.reuseAddress = true;
    }
    assertThat(t.bind(old, "0.0.0.0", 7)).isZero();
    assertThat(t.bind(young, "0.0.0.0", 7)).isZero();
    t.fromGuest(1000, 7, "a");
    elsewhere.options().device = t.lab.uplink;
    assertThat(t.bind(elsewhere, "0.0.0.0", 7)).isZero();
    t.fromGuest(1000, 7, "b");
    bridged.options().device = t.lab.bridge;
    assertThat(t.bind(bridged, "0.0.0.0", 7)).isZero();
    t.fromGuest(1000, 7, "c");
    assertThat(read(old)).isEmpty();
    assertThat(read(young)).isEqualTo("a b");
    assertThat(read(elsewhere)).isEmpty();
    assertThat(read(bridged)).isEqualTo("c");
  }

  @Test
  void socketsThatShareAPortShareTheFlows() {
    List<UdpSocket> group = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      UdpSocket socket = t.open();
      socket.reusePort = true;
      assertThat(t.bind(socket, "0.0.0.0", 7)).isZero();
      group.add(socket);
    }
    UdpSocket stranger = t.open();
    assertThat(t.bind(stranger, "0.0.0.0", 7)).isEqualTo(-Errno.EADDRINUSE);
    for (int round = 0; round < 3; round++) {
      for (int flow = 0; flow < 64; flow++) {
        t.fromGuest(2000 + flow, 7, "flow" + flow);
      }
    }
    int all = 0;
    for (UdpSocket socket : group) {
      String[] got = read(socket).split(" ", -1);
      all += got.length;
      assertThat(Arrays.stream(got).distinct().count())
          .as("every one has flows")
          .isBetween(4L, 40L);
      assertThat(got)
          .as("each flow whole")
          .hasSize(3 * (int) Arrays.stream(got).distinct().count());
    }
    assertThat(all).isEqualTo(192);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 0.0.0.0, true",
    "0.0.0.0, 10.0.2.2, true",
    "10.0.2.2, 10.0.2.2, true",
    "10.0.2.2, 127.0.0.1, false",
    "::, 0.0.0.0, true",
    "::, 10.0.2.2, true",
    "::, fec0::2, true",
    "0.0.0.0, fec0::2, false",
    "fec0::2, 10.0.2.2, false"
  })
  void addressesThatCoverEachOtherConflict(String first, String second, boolean conflict) {
    t.bound(first, 7);
    assertThat(t.bind(t.open(), second, 7)).isEqualTo(conflict ? -Errno.EADDRINUSE : 0);
  }

  @Test
  void aSocketOfIpv6AloneLeavesIpv4ToOthers() {
    UdpSocket six = t.open();
    six.onlySix = true;
    assertThat(t.bind(six, "::", 7)).isZero();
    UdpSocket four = t.bound("0.0.0.0", 7);
    t.fromGuest(1000, 7, "4");
    t.fromGuest(GUEST6, 1000, APPLIANCE6, 7, "6");
    assertThat(read(six)).isEqualTo("6");
    assertThat(read(four)).isEqualTo("4");
  }

  @Test
  void bindingErrors() {
    UdpSocket socket = t.open();
    assertThat(t.bind(socket, "10.0.2.77", 7)).isEqualTo(-Errno.EADDRNOTAVAIL);
    assertThat(t.bind(socket, APPLIANCE, 0)).isZero();
    assertThat(socket.localPort()).isBetween(32768, 60999);
    assertThat(t.bind(socket, APPLIANCE, 0)).as("bound already").isEqualTo(-Errno.EINVAL);
    UdpSocket free = t.open();
    free.options().freebind = true;
    assertThat(t.bind(free, "10.0.2.77", 7)).isZero();
  }

  @Test
  void withoutChecksumOverIpv4Only() {
    UdpSocket socket = t.bound("::", 7);
    t.fromGuest(GUEST, APPLIANCE, 17, Lab.udp(1000, 7, new byte[] {'4'}));
    t.fromGuest(GUEST6, APPLIANCE6, 17, Lab.udp(1000, 7, new byte[] {'6'}));
    assertThat(read(socket)).isEqualTo("4");
    assertThat(six.inCsumErrors).isEqualTo(1);
    assertThat(six.inErrors).isEqualTo(1);
    assertThat(t.lab.pool.drops(DropReason.UDP_CSUM)).isEqualTo(1);
    assertThat(t.lab.toA).as("no error is sent").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"4", "6"})
  void aWrongChecksumIsCounted(String family) {
    boolean v4 = family.equals("4");
    UdpSocket socket = t.bound("::", 7);
    String from = v4 ? GUEST : GUEST6;
    String to = v4 ? APPLIANCE : APPLIANCE6;
    byte[] bad = datagram(from, 1000, to, 7, new byte[] {'x'}, 17, 0);
    bad[8] ^= 1;
    t.fromGuest(from, to, 17, bad);
    assertThat(read(socket)).isEmpty();
    UdpCounters counters = v4 ? four : six;
    assertThat(counters.inCsumErrors).isEqualTo(1);
    assertThat(counters.inErrors).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 13, 65535})
  void aLengthThatLiesIsAnError(int length) {
    UdpSocket socket = t.bound("0.0.0.0", 7);
    byte[] udp = Lab.udp(1000, 7, new byte[4]);
    Bytes.put16(udp, 4, length);
    t.fromGuest(GUEST, APPLIANCE, 17, udp);
    assertThat(read(socket)).isEmpty();
    assertThat(four.inErrors).isEqualTo(1);
    assertThat(t.lab.pool.drops(DropReason.HDR_TRUNC)).isEqualTo(1);
  }

  @Test
  void whatStandsBehindADatagramIsCutOff() {
    UdpSocket socket = t.bound("0.0.0.0", 7);
    byte[] udp = Lab.udp(1000, 7, "good trailer".getBytes(StandardCharsets.UTF_8));
    Bytes.put16(udp, 4, 12);
    t.fromGuest(GUEST, APPLIANCE, 17, udp);
    assertThat(read(socket)).isEqualTo("good");
  }

  @Test
  void aHeaderThatIsCutShortIsAnError() {
    t.fromGuest(GUEST, APPLIANCE, 17, new byte[7]);
    assertThat(four.inErrors).isEqualTo(1);
  }

  @Test
  void portZeroIsNobodys() {
    UdpSocket socket = t.bound("0.0.0.0", 7);
    t.fromGuest(1000, 0, "x");
    byte[] error = t.lab.nextToA();
    assertThat(error[34]).as("port unreachable").isEqualTo((byte) 3);
    assertThat(four.noPorts).isEqualTo(1);
    // from port 0: no answer is wanted (RFC 768)
    t.fromGuest(0, 7, "y");
    assertThat(read(socket)).isEqualTo("y");
    assertThat(t.send(socket, GUEST, 0, "z")).isEqualTo(-Errno.EINVAL);
  }

  @Test
  void theReceiveBufferIsALimitInMemory() {
    UdpSocket socket = t.bound("0.0.0.0", 7);
    ReceiveBuffer buffer = socket.receiveBuffer();
    buffer.limit(8 * 2048);
    for (int i = 0; i < 20; i++) {
      t.fromGuest(1000, 7, "d" + i);
    }
    assertThat(buffer.count()).as("one more than fits, as Linux").isEqualTo(9);
    assertThat(buffer.drops()).isEqualTo(11);
    assertThat(four.rcvbufErrors).isEqualTo(11);
    assertThat(four.inErrors).isEqualTo(11);
    assertThat(four.inDatagrams).as("counted when read").isZero();
    assertThat(read(socket)).startsWith("d0 d1 ").endsWith("d8");
    assertThat(four.inDatagrams).isEqualTo(9);
    assertThat(t.lab.pool.drops(DropReason.SOCKET_RCVBUFF)).isEqualTo(11);
  }

  @Test
  void allSocketsTogetherLeaveTheRestOfTheMemory() {
    long limit = t.lab.stack.datagramMemory().limit();
    assertThat(limit).isEqualTo(t.lab.pool.limit() / 4);
    UdpSocket socket = t.bound("0.0.0.0", 7);
    socket.receiveBuffer().limit(Integer.MAX_VALUE);
    int fit = (int) (limit / 2048);
    for (int i = 0; i < fit + 3; i++) {
      t.fromGuest(1000, 7, "x");
    }
    assertThat(socket.receiveBuffer().count()).isEqualTo(fit);
    assertThat(four.memErrors).isEqualTo(3);
    assertThat(four.inErrors).isEqualTo(3);
    assertThat(t.lab.stack.datagramMemory().used()).isEqualTo(limit);
    socket.close();
    assertThat(t.lab.stack.datagramMemory().used()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"255.255.255.255", "10.0.2.255"})
  void aBroadcastReachesEverySocketThatFits(String to) {
    UdpSocket one = t.open();
    UdpSocket two = t.open();
    UdpSocket named = t.open();
    UdpSocket connected = t.open();
    for (UdpSocket s : List.of(one, two, named, connected)) {
      s.reuseAddress = true;
    }
    assertThat(t.bind(one, "0.0.0.0", 7)).isZero();
    assertThat(t.bind(two, "0.0.0.0", 7)).isZero();
    assertThat(t.bind(named, APPLIANCE, 7)).isZero();
    assertThat(t.bind(connected, "0.0.0.0", 7)).isZero();
    assertThat(t.connect(connected, GUEST, 999)).isZero();
    t.fromGuest(GUEST, 1000, to, 7, "all");
    assertThat(read(one)).isEqualTo("all");
    assertThat(read(two)).isEqualTo("all");
    assertThat(read(named)).as("bound to a unicast address").isEmpty();
    assertThat(read(connected)).as("not its peer").isEmpty();
    t.fromGuest(GUEST, 1000, to, 8, "nobody");
    assertThat(four.ignoredMulti).isEqualTo(1);
    assertThat(four.noPorts).isZero();
    assertThat(t.lab.toA).as("broadcasts are not answered by errors").isEmpty();
    assertThat(t.lab.stack.counters(true).inBcastPkts).isEqualTo(2);
  }

  @Test
  void fragmentsAreJoined() {
    UdpSocket socket = t.bound("0.0.0.0", 7);
    byte[] data = new byte[4000];
    Arrays.fill(data, (byte) 'f');
    byte[] whole = datagram(GUEST, 1000, APPLIANCE, 7, data, 17, 0);
    for (int offset = 0; offset < whole.length; offset += 1480) {
      int end = Math.min(offset + 1480, whole.length);
      int flags = offset / 8 | (end < whole.length ? 0x2000 : 0);
      byte[] body = Arrays.copyOfRange(whole, offset, end);
      byte[] ip = Lab.ipv4(GUEST, APPLIANCE, 17, 64, flags, 99, body);
      t.lab.fromA(Lab.ethernet(Lab.APPLIANCE, Lab.GUEST_A, EtherType.IPV4, ip));
    }
    Packet packet = socket.poll();
    assertThat(packet).isNotNull();
    assertThat(packet.tail - packet.l4 - 8).isEqualTo(4000);
    packet.release();
  }

  @Test
  void mutatedDatagramsHarmNothing() {
    UdpSocket socket = t.bound("::", 7);
    UdpSocket lite = t.lite();
    assertThat(t.bind(lite, "::", 7)).isZero();
    RandomSource random = new RandomSource(768);
    byte[][] seeds = {
      Lab.ipv4(GUEST, APPLIANCE, 17, 64, datagram(GUEST, 9, APPLIANCE, 7, new byte[9], 17, 0)),
      Lab.ipv4(GUEST, "10.0.2.255", 17, 64, Lab.udp(9, 7, new byte[9])),
      Lab.ipv4(GUEST, APPLIANCE, 136, 64, datagram(GUEST, 9, APPLIANCE, 7, new byte[9], 136, 8)),
      Lab.ipv6(GUEST6, APPLIANCE6, 17, 64, datagram(GUEST6, 9, APPLIANCE6, 7, new byte[9], 17, 0)),
      Lab.ipv6(GUEST6, APPLIANCE6, 136, 64, Lab.udp(9, 7, new byte[9])),
    };
    int got = 0;
    for (int i = 0; i < 60_000; i++) {
      byte[] ip = seeds[random.nextInt(seeds.length)].clone();
      int header = ip[0] >>> 4 == 4 ? 20 : 40;
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        ip[header + random.nextInt(ip.length - header)] = (byte) random.nextInt(256);
      }
      int type = header == 20 ? EtherType.IPV4 : EtherType.IPV6;
      t.lab.fromA(Lab.ethernet(Lab.APPLIANCE, Lab.GUEST_A, type, ip));
      for (UdpSocket each : List.of(socket, lite)) {
        for (Packet p = each.poll(); p != null; p = each.poll()) {
          assertThat(p.tail - p.l4).isBetween(8, 17);
          got++;
          p.release();
        }
      }
      t.lab.toA.clear();
      t.lab.toB.clear();
    }
    assertThat(got).as("a good part is good").isGreaterThan(5000);
    assertThat(four.inErrors).isPositive();
  }

  @Test
  void whoClosesAnotherWhileADatagramGoesToAllSparesItThat() {
    UdpSocket[] open = new UdpSocket[3];
    List<Integer> told = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int self = i;
      UdpHandler handler =
          (socket, packet) -> {
            told.add(self);
            open[(self + 1) % 3].close();
          };
      open[i] = t.lab.stack.udp().open(handler);
      open[i].reuseAddress = true;
      assertThat(t.bind(open[i], "0.0.0.0", 7)).isZero();
    }
    byte[] datagram = UdpTester.datagram(GUEST, 5, "10.0.2.255", 7, new byte[3], 17, 0);
    t.fromGuest(GUEST, "10.0.2.255", 17, datagram);
    assertThat(told).containsExactly(0, 2);
    told.clear();
    t.fromGuest(GUEST, "10.0.2.255", 17, datagram);
    assertThat(told).as("0 was closed by 2").containsExactly(2);
  }
}
