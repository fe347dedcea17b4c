package dev.patchbay.stack;

import static dev.patchbay.stack.Lab.APPLIANCE;
import static dev.patchbay.stack.Lab.GUEST_A;
import static dev.patchbay.stack.Lab.GUEST_B;
import static dev.patchbay.stack.Lab.arp;
import static dev.patchbay.stack.Lab.ethernet;
import static dev.patchbay.stack.Lab.icmp;
import static dev.patchbay.stack.Lab.ipv4;
import static dev.patchbay.stack.Lab.ipv6;
import static dev.patchbay.stack.Lab.udp;
import static dev.patchbay.stack.Lab.v4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Frames in, frames out: ARP, NDP, echo, errors, bridging, forwarding, fragments and UDP. */
class NetworkStackTest {
  private final Lab lab = new Lab();

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  @Test
  void arpRequestForTheGatewayIsAnswered() {
    lab.fromA(arp(1, GUEST_A, v4("10.0.2.15"), 0, v4("10.0.2.2")));
    byte[] reply = lab.nextToA();
    assertThat(Bytes.u48(reply, 0)).isEqualTo(GUEST_A);
    assertThat(Bytes.u48(reply, 6)).isEqualTo(APPLIANCE);
    assertThat(Bytes.u16(reply, 20)).isEqualTo(2);
    assertThat(Bytes.u48(reply, 22)).isEqualTo(APPLIANCE);
    assertThat(Bytes.i32(reply, 28)).isEqualTo(v4("10.0.2.2"));
    assertThat(lab.toA).isEmpty();
    assertThat(lab.toB).as("the broadcast itself is bridged").hasSize(1);
  }

  @Test
  void arpRequestForAnotherAddressIsNotOursToAnswer() {
    lab.fromA(arp(1, GUEST_A, v4("10.0.2.15"), 0, v4("10.0.2.77")));
    assertThat(lab.toA).isEmpty();
  }

  @Test
  void pingOfTheGateway() {
    lab.introduceA();
    byte[] ping = icmp(8, 0, 0x12340001, "abc".getBytes(StandardCharsets.UTF_8));
    lab.fromA(
        ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ipv4("10.0.2.15", "10.0.2.2", 1, 64, ping)));
    byte[] reply = lab.nextToA();
    assertThat(reply[34]).as("echo reply").isEqualTo((byte) 0);
    assertThat(Bytes.i32(reply, 38)).isEqualTo(0x12340001);
    assertThat(InternetChecksum.fold(InternetChecksum.sum(reply, 14, 20))).isEqualTo(0xffff);
    assertThat(InternetChecksum.fold(InternetChecksum.sum(reply, 34, reply.length - 34)))
        .isEqualTo(0xffff);
  }

  @Test
  void anUnknownNeighbourIsAskedForAndItsPacketWaits() {
    lab.fromWorld(ipv4("192.0.2.1", "10.0.2.15", 17, 64, udp(1, 2, new byte[4])));
    byte[] request = lab.nextToA();
    assertThat(Bytes.u16(request, 12)).isEqualTo(EtherType.ARP);
    assertThat(Bytes.i32(request, 38)).isEqualTo(v4("10.0.2.15"));
    assertThat(lab.toA).isEmpty();
    lab.fromA(arp(2, GUEST_A, v4("10.0.2.15"), APPLIANCE, v4("10.0.2.2")));
    byte[] packet = lab.nextToA();
    assertThat(Bytes.u48(packet, 0)).isEqualTo(GUEST_A);
    assertThat(packet[22]).as("forwarding costs one hop").isEqualTo((byte) 63);
  }

  @Test
  void aNeighbourThatDoesNotAnswerIsUnreachable() {
    lab.fromWorld(ipv4("192.0.2.1", "10.0.2.99", 17, 64, udp(1, 2, new byte[4])));
    lab.loop.runForMillis(4000);
    byte[] error = Lab.next(lab.toWorld);
    assertThat(error[20]).isEqualTo((byte) 3);
    assertThat(error[21]).as("host unreachable").isEqualTo((byte) 1);
    assertThat(lab.pool.drops(DropReason.NEIGH_FAILED)).isEqualTo(1);
  }

  @Test
  void whatIsNotForUsLeavesByTheUplink() {
    lab.introduceA();
    byte[] ip = ipv4("10.0.2.15", "198.51.100.7", 17, 64, udp(1000, 53, new byte[9]));
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ip));
    byte[] out = Lab.next(lab.toWorld);
    assertThat(out[8]).isEqualTo((byte) 63);
    assertThat(InternetChecksum.fold(InternetChecksum.sum(out, 0, 20))).isEqualTo(0xffff);
    assertThat(Arrays.copyOfRange(out, 12, out.length))
        .isEqualTo(Arrays.copyOfRange(ip, 12, ip.length));
  }

  @Test
  void aPacketWhoseTimeIsUpIsAnswered() {
    lab.introduceA();
    byte[] ip = ipv4("10.0.2.15", "198.51.100.7", 17, 1, udp(1000, 33434, new byte[9]));
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ip));
    byte[] error = lab.nextToA();
    assertThat(error[34]).isEqualTo((byte) 11);
    assertThat(Bytes.i32(error, 26)).isEqualTo(v4("10.0.2.2"));
    assertThat(Arrays.copyOfRange(error, 42, error.length)).isEqualTo(ip);
    assertThat(lab.toWorld).isEmpty();
  }

  @Test
  void aUdpPortThatNobodyServesIsUnreachable() {
    lab.introduceA();
    byte[] ip = ipv4("10.0.2.15", "10.0.2.2", 17, 64, udp(1000, 9, new byte[3]));
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ip));
    byte[] error = lab.nextToA();
    assertThat(error[34]).isEqualTo((byte) 3);
    assertThat(error[35]).isEqualTo((byte) 3);
    assertThat(lab.pool.drops(DropReason.NO_SOCKET)).isEqualTo(1);
  }

  private UdpSocket sender() {
    UdpSocket socket = lab.stack.udp().open((s, p) -> {});
    assertThat(socket.bind(0, 0, 1000, null)).isTrue();
    return socket;
  }

  private static boolean sendTo(UdpSocket socket, String to) {
    IpAddress address = IpAddress.parse(to);
    return socket.send(new byte[3], 0, 3, 0, 0, address.hi(), address.lo(), 7, null);
  }

  @Test
  void theBroadcastAddressOfTheLoopbackIsOurselves() {
    long[] from = new long[1];
    UdpSocket server = lab.stack.udp().open((s, p) -> from[0] = p.sourceLo() & 0xffff_ffffL);
    assertThat(server.bind(0, 0, 7, null)).isTrue();
    UdpSocket socket = sender();
    assertThat(sendTo(socket, "127.255.255.255")).as("EACCES without SO_BROADCAST").isFalse();
    socket.options().broadcast = true;
    assertThat(sendTo(socket, "127.255.255.255")).isTrue();
    lab.loop.turn();
    lab.loop.turn();
    assertThat(from[0]).isEqualTo(v4("127.0.0.1") & 0xffff_ffffL);
    assertThat(lab.toA).isEmpty();
  }

  @Test
  void theLastAddressOfASubnetIsItsBroadcastAlsoWhereNoneWasNamed() {
    IpAddress own = IpAddress.parse("10.3.0.1");
    lab.stack.addAddress(
        lab.bridge, new InterfaceAddress(own, 24, null, Scope.GLOBAL, false, false, "br0"));
    UdpSocket socket = sender();
    assertThat(sendTo(socket, "10.3.0.255")).as("EACCES without SO_BROADCAST").isFalse();
    socket.options().broadcast = true;
    assertThat(sendTo(socket, "10.3.0.255")).isTrue();
    byte[] frame = lab.nextToA();
    assertThat(Bytes.u48(frame, 0)).isEqualTo(Addresses.MAC_BROADCAST);
    assertThat(Bytes.i32(frame, 26)).isEqualTo(v4("10.3.0.1"));
  }

  @Test
  void aGroupIsReachedByTheFirstDeviceThatHasARouteOfMulticast() {
    assertThat(sendTo(sender(), "ff05::1:3")).isTrue();
    byte[] frame = lab.nextToA();
    assertThat(Bytes.u48(frame, 0)).isEqualTo(0x3333_0001_0003L);
    assertThat(lab.toWorld).isEmpty();
  }

  @Test
  void aUdpSocketEchoes() {
    lab.introduceA();
    UdpSocket[] server = new UdpSocket[1];
    server[0] =
        lab.stack
            .udp()
            .open((socket, p) ->
                socket.send(
                    p.data,
                    p.l4 + 8,
                    p.tail - p.l4 - 8,
                    0,
                    0,
                    p.sourceHi(),
                    p.sourceLo(),
                    p.udp().sourcePort(),
                    null));
    assertThat(server[0].bind(0, 0, 7, null)).isTrue();
    assertThat(lab.stack.udp().open((s, p) -> {}).bind(0, 0, 7, null)).as("in use").isFalse();
    byte[] ip = ipv4("10.0.2.15", "10.0.2.2", 17, 64, udp(1000, 7, new byte[] {1, 2, 3}));
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ip));
    byte[] reply = lab.nextToA();
    assertThat(Bytes.u16(reply, 34)).isEqualTo(7);
    assertThat(Bytes.u16(reply, 36)).isEqualTo(1000);
    assertThat(Arrays.copyOfRange(reply, 42, 45)).containsExactly(1, 2, 3);
    long pseudo =
        InternetChecksum.pseudo4(
            Addresses.v4(Bytes.i32(reply, 26)), Addresses.v4(Bytes.i32(reply, 30)), 17, 11);
    assertThat(InternetChecksum.fold(pseudo + InternetChecksum.sum(reply, 34, 11)))
        .isEqualTo(0xffff);
    server[0].close();
  }

  @Test
  void fragmentsAreJoinedAndTheAnswerIsCut() {
    lab.introduceA();
    byte[] data = new byte[3000];
    new Random(5).nextBytes(data);
    byte[] whole = icmp(8, 0, 1, data);
    for (int offset = 0; offset < whole.length; offset += 1480) {
      int end = Math.min(offset + 1480, whole.length);
      int flags = offset / 8 | (end < whole.length ? 0x2000 : 0);
      byte[] body = Arrays.copyOfRange(whole, offset, end);
      byte[] ip = ipv4("10.0.2.15", "10.0.2.2", 1, 64, flags, 99, body);
      lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, ip));
    }
    byte[] answer = new byte[whole.length];
    int received = 0;
    while (!lab.toA.isEmpty()) {
      byte[] frame = lab.nextToA();
      int offset = (Bytes.u16(frame, 20) & 0x1fff) * 8;
      System.arraycopy(frame, 34, answer, offset, frame.length - 34);
      received += frame.length - 34;
      assertThat(frame.length).isLessThanOrEqualTo(1514);
    }
    assertThat(received).isEqualTo(whole.length);
    assertThat(answer[0]).isEqualTo((byte) 0);
    assertThat(Arrays.copyOfRange(answer, 8, answer.length)).isEqualTo(data);
  }

  @Test
  void overlappingFragmentsAreDiscarded() {
    lab.introduceA();
    byte[] whole = icmp(8, 0, 1, new byte[64]);
    byte[] first = Arrays.copyOfRange(whole, 0, 40);
    byte[] second = Arrays.copyOfRange(whole, 32, whole.length);
    lab.fromA(
        ethernet(
            APPLIANCE,
            GUEST_A,
            EtherType.IPV4,
            ipv4("10.0.2.15", "10.0.2.2", 1, 64, 0x2000, 3, first)));
    lab.fromA(
        ethernet(
            APPLIANCE,
            GUEST_A,
            EtherType.IPV4,
            ipv4("10.0.2.15", "10.0.2.2", 1, 64, 4, 3, second)));
    assertThat(lab.toA).isEmpty();
    assertThat(lab.pool.drops(DropReason.DUP_FRAG)).isEqualTo(2);
  }

  @Test
  void guestsTalkToEachOtherThroughTheBridge() {
    lab.fromB(arp(1, GUEST_B, v4("10.0.2.16"), 0, v4("10.0.2.2")));
    lab.toA.clear();
    lab.toB.clear();
    byte[] frame = ethernet(GUEST_B, GUEST_A, 0x1234, new byte[50]);
    lab.fromA(frame);
    assertThat(Lab.next(lab.toB)).isEqualTo(frame);
    assertThat(lab.toA).isEmpty();
    lab.fromA(ethernet(0x525400000099L, GUEST_A, 0x1234, new byte[50]));
    assertThat(lab.toB).as("an unknown destination is flooded").hasSize(1);
  }

  @Test
  void aGuestWithOurEthernetAddressIsNotHeard() {
    lab.fromA(ethernet(Addresses.MAC_BROADCAST, APPLIANCE, 0x1234, new byte[50]));
    assertThat(lab.toB).isEmpty();
    assertThat(lab.pool.drops(DropReason.LOCAL_MAC)).isEqualTo(1);
  }

  @Test
  void neighbourSolicitationIsAnswered() {
    byte[] body = new byte[32];
    Bytes.put8(body, 0, 135);
    Bytes.put64(body, 8, 0xfec0_0000_0000_0000L);
    Bytes.put64(body, 16, 2);
    Bytes.put16(body, 24, 0x0101);
    Bytes.put48(body, 26, GUEST_A);
    byte[] ip = ipv6("fec0::15", "ff02::1:ff00:2", 58, 255, body);
    lab.fromA(ethernet(0x3333ff000002L, GUEST_A, EtherType.IPV6, ip));
    byte[] reply = lab.nextToA();
    assertThat(Bytes.u48(reply, 0)).isEqualTo(GUEST_A);
    assertThat(Bytes.u8(reply, 54)).isEqualTo(136);
    assertThat(Bytes.i32(reply, 58)).as("router, solicited, override").isEqualTo(0xe0000000);
    assertThat(Bytes.u48(reply, 80)).isEqualTo(APPLIANCE);
    // and the guest is known now: a ping needs no question
    lab.fromA(
        ethernet(
            APPLIANCE,
            GUEST_A,
            EtherType.IPV6,
            ipv6("fec0::15", "fec0::2", 58, 64, new byte[] {(byte) 128, 0, 0, 0, 0, 1, 0, 1})));
    assertThat(Bytes.u8(lab.nextToA(), 54)).isEqualTo(129);
  }

  @Test
  void neighbourDiscoveryFromAfarIsDropped() {
    byte[] body = new byte[24];
    Bytes.put8(body, 0, 135);
    Bytes.put64(body, 8, 0xfec0_0000_0000_0000L);
    Bytes.put64(body, 16, 2);
    byte[] ip = ipv6("fec0::15", "fec0::2", 58, 64, body);
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV6, ip));
    assertThat(lab.toA).isEmpty();
    assertThat(lab.pool.drops(DropReason.IPV6_NDISC_HOP_LIMIT)).isEqualTo(1);
  }

  @Test
  void randomAndMutatedFramesHarmNothing() {
    lab.introduceA();
    RandomSource random = new RandomSource(42);
    byte[][] seeds = {
      arp(1, GUEST_A, v4("10.0.2.15"), 0, v4("10.0.2.2")),
      ethernet(
          APPLIANCE,
          GUEST_A,
          EtherType.IPV4,
          ipv4("10.0.2.15", "10.0.2.2", 1, 64, icmp(8, 0, 1, new byte[40]))),
      ethernet(
          APPLIANCE,
          GUEST_A,
          EtherType.IPV4,
          ipv4("10.0.2.15", "10.0.2.2", 17, 64, 0x2000, 9, udp(1, 2, new byte[32]))),
      ethernet(
          APPLIANCE, GUEST_A, EtherType.IPV4, ipv4("10.0.2.15", "1.2.3.4", 6, 64, new byte[40])),
      ethernet(
          APPLIANCE, GUEST_A, EtherType.IPV6, ipv6("fec0::15", "fec0::2", 44, 64, new byte[40])),
      ethernet(
          APPLIANCE, GUEST_A, EtherType.IPV6, ipv6("fec0::15", "fec0::2", 0, 64, new byte[40])),
      ethernet(
          APPLIANCE, GUEST_A, EtherType.IPV6, ipv6("fe80::15", "fec0::2", 58, 255, new byte[40])),
    };
    for (int i = 0; i < 200_000; i++) {
      byte[] frame = seeds[random.nextInt(seeds.length)].clone();
      for (int changes = random.nextInt(6); changes >= 0; changes--) {
        frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
      }
      lab.fromA(Arrays.copyOf(frame, random.nextInt(frame.length + 1)));
      if (i % 1000 == 0) {
        lab.toA.clear();
        lab.toB.clear();
        lab.toWorld.clear();
      }
    }
    // the appliance still answers
    lab.loop.runForMillis(100_000);
    lab.toA.clear();
    arpRequestForTheGatewayIsAnsweredAfterAll();
  }

  private void arpRequestForTheGatewayIsAnsweredAfterAll() {
    lab.fromA(arp(1, GUEST_A, v4("10.0.2.15"), 0, v4("10.0.2.2")));
    assertThat(Bytes.u16(lab.nextToA(), 20)).isEqualTo(2);
  }
}
