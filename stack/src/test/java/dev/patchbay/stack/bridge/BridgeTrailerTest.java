package dev.patchbay.stack.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a bridge does with the bytes behind an IP packet: as Linux's with bridge-nf-call-iptables
 * and bridge-nf-call-ip6tables on.
 */
class BridgeTrailerTest {
  private static final long ONE = 0x5254_0012_3456L;
  private static final long TWO = 0x5254_0012_3457L;
  private static final long NOBODY = 0x5254_0077_7777L;
  private final PacketPool pool = new PacketPool(16 << 20, true);
  private final Bridge bridge = new Bridge(2, "br0", 0x5255_0a00_0202L, new VirtualLoop(), 42);
  private final PortDevice one = new PortDevice(4, "net0", 1, 1500);
  private final PortDevice two = new PortDevice(5, "net1", 2, 1500);
  private final List<Integer> delivered = new ArrayList<>();

  @BeforeEach
  void wire() {
    bridge.up(true);
    bridge.handler((packet, type) -> packet.release());
    for (PortDevice port : List.of(one, two)) {
      port.up(true);
      bridge.addPort(port);
    }
    one.plug(Packet::release);
    two.plug(packet -> {
      delivered.add(packet.length() + (packet.vlanProtocol == 0 ? 0 : 4));
      for (int at = packet.head + 14; at < packet.tail; at++) {
        assertThat(packet.data[at]).as("byte %d", at - packet.head).isNotEqualTo((byte) 'T');
      }
      packet.release();
    });
    // two is known at its port
    two.receive(frame(TWO, ONE, 0x88b5, 60));
    delivered.clear();
  }

  @AfterEach
  void nothingLeaks() {
    pool.checkNoLeaks();
  }

  private Packet frame(long source, long destination, int type, int length) {
    Packet packet = pool.acquire(length);
    int at = packet.append(length);
    Arrays.fill(packet.data, at, at + length, (byte) 0);
    Bytes.put48(packet.data, at, destination);
    Bytes.put48(packet.data, at + 6, source);
    Bytes.put16(packet.data, at + 12, type);
    packet.l3 = at + 14;
    return packet;
  }

  private Packet ipv6(long destination, int payload, int next, int behind) {
    Packet packet = frame(ONE, destination, EtherType.IPV6, 54 + payload + behind);
    packet.ipv6().versionClassFlow(6 << 28).payloadLength(payload).nextHeader(next);
    Arrays.fill(packet.data, packet.tail - behind, packet.tail, (byte) 'T');
    return packet;
  }

  private Packet ipv4(long destination, int payload, int behind) {
    Packet packet = frame(ONE, destination, EtherType.IPV4, 34 + payload + behind);
    packet.ipv4().versionAndLength(0x45).totalLength(20 + payload).fillChecksum();
    Arrays.fill(packet.data, packet.tail - behind, packet.tail, (byte) 'T');
    return packet;
  }

  @Test
  void whatStandsBehindAnIpPacketIsCutOff() {
    one.receive(ipv6(TWO, 120, IpProtocol.TCP, 20));
    one.receive(ipv4(TWO, 120, 20));
    assertThat(delivered).containsExactly(174, 154);
  }

  @Test
  void aPacketThatFitsWithoutItsTrailerIsNotTooLong() {
    // so does Linux's ftgmac100 send over IPv6 what a program gave to sendfile: its data twice
    one.receive(ipv6(TWO, 1460, IpProtocol.TCP, 1428));
    one.receive(ipv4(TWO, 1480, 1448));
    assertThat(delivered).containsExactly(1514, 1514);
    assertThat(pool.drops(DropReason.PKT_TOO_BIG)).isZero();
  }

  @Test
  void floodedFramesAreCutTheSameWay() {
    one.receive(ipv6(NOBODY, 1460, IpProtocol.TCP, 1428));
    one.receive(ipv4(0xffff_ffff_ffffL, 120, 20));
    assertThat(delivered).containsExactly(1514, 154);
  }

  @Test
  void aPacketThatIsItselfTooLongIsDropped() {
    one.receive(ipv6(TWO, 1461, IpProtocol.TCP, 0));
    one.receive(ipv4(TWO, 1481, 10));
    assertThat(delivered).isEmpty();
    assertThat(pool.drops(DropReason.PKT_TOO_BIG)).isEqualTo(2);
  }

  @Test
  void aLengthThatCannotBeTrueCutsNothing() {
    Packet beyond = ipv6(TWO, 120, IpProtocol.TCP, 0);
    beyond.ipv6().payloadLength(400);
    one.receive(beyond);
    Packet shorter = ipv4(TWO, 120, 0);
    shorter.ipv4().totalLength(19).fillChecksum();
    one.receive(shorter);
    Packet version = ipv6(TWO, 120, IpProtocol.TCP, 0);
    version.ipv6().versionClassFlow(5 << 28).payloadLength(60);
    one.receive(version);
    Packet stub = frame(ONE, TWO, EtherType.IPV6, 53);
    stub.data[stub.l3] = 0x60;
    one.receive(stub);
    assertThat(delivered).containsExactly(174, 154, 174, 53);
  }

  @Test
  void aJumbogramHasItsLengthElsewhere() {
    // RFC 2675: payload length 0 and a hop-by-hop header
    Packet jumbo = ipv6(TWO, 120, IpProtocol.HOP_BY_HOP, 0);
    jumbo.ipv6().payloadLength(0);
    one.receive(jumbo);
    assertThat(delivered).containsExactly(174);
  }

  @Test
  void whatIsNotIpIsLeftAsItIs() {
    one.receive(frame(ONE, TWO, 0x88b5, 200));
    assertThat(delivered).containsExactly(200);
  }

  @Test
  void withinAVlanNothingIsCut() {
    // as Linux with bridge-nf-filter-vlan-tagged off, its default
    one.receive(tagged(40, 196));
    assertThat(delivered).containsExactly(58 + 40 + 196);
    one.receive(tagged(1460, 1428));
    assertThat(pool.drops(DropReason.PKT_TOO_BIG)).isEqualTo(1);
  }

  private Packet tagged(int payload, int behind) {
    Packet packet = frame(ONE, TWO, 0x8100, 58 + payload + behind);
    Bytes.put16(packet.data, packet.l3 + 2, EtherType.IPV6);
    packet.l3 += 4;
    packet.ipv6().versionClassFlow(6 << 28).payloadLength(payload).nextHeader(IpProtocol.TCP);
    return packet;
  }
}
