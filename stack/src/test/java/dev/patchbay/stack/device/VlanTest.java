package dev.patchbay.stack.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.tc.TcCommand;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** VLANs of a guest's cable, frame by frame: {@code net0} is taken out of the bridge. */
class VlanTest {
  private final Lab lab = new Lab();

  @BeforeEach
  void takeTheCableOutOfTheBridge() {
    ip("link set net0 nomaster");
  }

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private void ip(String words) {
    assertThat(new IpCommand().run(lab.stack, List.of(words.split(" "))))
        .as(words)
        .isEqualTo(new IpCommand.Result(0, "", ""));
  }

  private NetDevice device(String name) {
    return Objects.requireNonNull(lab.stack.device(name), name);
  }

  /** A VLAN with an address, whose peer 10.1.ID.9 is known; nothing of that is left to be read. */
  private void vlan(String lower, int protocol, int id) {
    String name = lower + "." + id;
    String type = protocol == EtherType.QINQ ? "802.1ad" : "802.1Q";
    ip("link add link " + lower + " name " + name + " type vlan proto " + type + " id " + id);
    ip("addr add 10.1." + id + ".1/24 dev " + name);
    ip("link set " + name + " up");
    lab.loop.runForMillis(2000);
    lab.toA.clear();
    lab.toB.clear();
  }

  /** The frame with a tag put in behind its addresses. */
  private static byte[] tagged(int protocol, int tci, byte[] frame) {
    byte[] out = new byte[frame.length + 4];
    System.arraycopy(frame, 0, out, 0, 12);
    Bytes.put16(out, 12, protocol);
    Bytes.put16(out, 14, tci);
    System.arraycopy(frame, 12, out, 16, frame.length - 12);
    return out;
  }

  /** The frame without the outermost tag, which must be this. */
  private static byte[] untagged(int protocol, int tci, byte[] frame) {
    assertThat(Bytes.u16(frame, 12)).as("EtherType of the tag").isEqualTo(protocol);
    assertThat(Bytes.u16(frame, 14)).as("TCI").isEqualTo(tci);
    byte[] out = new byte[frame.length - 4];
    System.arraycopy(frame, 0, out, 0, 12);
    System.arraycopy(frame, 16, out, 12, frame.length - 16);
    return out;
  }

  private byte[] ping(int vlan, int length) {
    byte[] echo = Lab.icmp(8, 0, 1, new byte[length]);
    return Lab.ethernet(
        lab.portA.mac(),
        Lab.GUEST_A,
        EtherType.IPV4,
        Lab.ipv4("10.1." + vlan + ".9", "10.1." + vlan + ".1", 1, 64, echo));
  }

  /** The guest says who it is in the VLAN, so that it need not be asked. */
  private void introduce(int protocol, int vlan) {
    byte[] arp =
        Lab.arp(1, Lab.GUEST_A, Lab.v4("10.1." + vlan + ".9"), 0, Lab.v4("10.1." + vlan + ".1"));
    lab.fromA(tagged(protocol, vlan, arp));
    byte[] answer = untagged(protocol, vlan, lab.nextToA());
    assertThat(Bytes.u16(answer, 12)).isEqualTo(EtherType.ARP);
    lab.toA.clear();
  }

  @Test
  void taggedFramesComeUpWithoutTheTagAndGoDownWithIt() {
    vlan("net0", EtherType.VLAN, 5);
    introduce(EtherType.VLAN, 5);

    lab.fromA(tagged(EtherType.VLAN, 5, ping(5, 10)));

    byte[] answer = untagged(EtherType.VLAN, 5, lab.nextToA());
    assertThat(Bytes.u16(answer, 12)).isEqualTo(EtherType.IPV4);
    assertThat(answer[14 + 20]).as("echo reply").isZero();
    NetDevice vlan = device("net0.5");
    assertThat(vlan.statistics.rxPackets).isEqualTo(2);
    assertThat(lab.toA).isEmpty();
    ip("link del net0.5");
  }

  @Test
  void priorityOfTheTagDoesNotChangeTheVlan() {
    vlan("net0", EtherType.VLAN, 5);
    introduce(EtherType.VLAN, 5);

    lab.fromA(tagged(EtherType.VLAN, 6 << 13 | 5, ping(5, 10)));

    untagged(EtherType.VLAN, 5, lab.nextToA());
    ip("link del net0.5");
  }

  @Test
  void mappedPrioritiesStandInTheTag() {
    vlan("net0", EtherType.VLAN, 5);
    introduce(EtherType.VLAN, 5);
    ip("link set net0.5 type vlan egress-qos-map 0:3");

    lab.fromA(tagged(EtherType.VLAN, 5, ping(5, 10)));

    untagged(EtherType.VLAN, 3 << 13 | 5, lab.nextToA());
    ip("link del net0.5");
  }

  @Test
  void anUnknownVlanIsAnotherHosts() {
    vlan("net0", EtherType.VLAN, 5);

    lab.fromA(tagged(EtherType.VLAN, 6, ping(5, 10)));
    lab.fromA(tagged(EtherType.QINQ, 5, ping(5, 10)));

    assertThat(lab.toA).isEmpty();
    assertThat(lab.pool.drops(DropReason.OTHERHOST)).isEqualTo(2);
    assertThat(lab.portA.statistics.rxDropped).isEqualTo(2);
    ip("link del net0.5");
  }

  @Test
  void vlanZeroIsPriorityAlone() {
    ip("addr add 10.1.0.1/24 dev net0");
    lab.fromA(Lab.arp(1, Lab.GUEST_A, Lab.v4("10.1.0.9"), 0, Lab.v4("10.1.0.1")));
    lab.toA.clear();

    lab.fromA(tagged(EtherType.VLAN, 5 << 13, ping(0, 10)));

    assertThat(Bytes.u16(lab.nextToA(), 12)).isEqualTo(EtherType.IPV4);
  }

  @Test
  void anUntaggedFrameIsTheLowerDevices() {
    vlan("net0", EtherType.VLAN, 5);
    lab.fromA(ping(5, 10));
    assertThat(device("net0.5").statistics.rxPackets).isZero();
    ip("link del net0.5");
  }

  @Test
  void aVlanInAVlanHasTwoTags() {
    vlan("net0", EtherType.QINQ, 8);
    vlan("net0.8", EtherType.VLAN, 5);
    byte[] arp = Lab.arp(1, Lab.GUEST_A, Lab.v4("10.1.5.9"), 0, Lab.v4("10.1.5.1"));
    lab.fromA(tagged(EtherType.QINQ, 8, tagged(EtherType.VLAN, 5, arp)));
    lab.toA.clear();

    lab.fromA(tagged(EtherType.QINQ, 8, tagged(EtherType.VLAN, 5, ping(5, 10))));

    byte[] inner = untagged(EtherType.QINQ, 8, lab.nextToA());
    byte[] answer = untagged(EtherType.VLAN, 5, inner);
    assertThat(Bytes.u16(answer, 12)).isEqualTo(EtherType.IPV4);
    ip("link del net0.8");
    assertThat(lab.stack.device("net0.8.5")).isNull();
  }

  @Test
  void aFullPacketGoesThroughWithItsTagBesideTheMtu() {
    vlan("net0", EtherType.VLAN, 5);
    introduce(EtherType.VLAN, 5);

    lab.fromA(tagged(EtherType.VLAN, 5, ping(5, 1472)));

    assertThat(lab.nextToA()).hasSize(1500 + 14 + 4);
    assertThat(lab.toA).isEmpty();
    ip("link del net0.5");
  }

  @Test
  void whatIsLongerThanTheVlansMtuIsCutIntoFragments() {
    vlan("net0", EtherType.VLAN, 5);
    introduce(EtherType.VLAN, 5);
    ip("link set net0.5 mtu 1000");

    lab.fromA(tagged(EtherType.VLAN, 5, ping(5, 1472)));

    byte[] first = untagged(EtherType.VLAN, 5, lab.nextToA());
    byte[] second = untagged(EtherType.VLAN, 5, lab.nextToA());
    assertThat(first).hasSize(14 + 20 + 976);
    assertThat(second).hasSize(14 + 20 + 504);
    assertThat(Bytes.u16(second, 14 + 6)).isEqualTo(976 / 8);
    ip("link del net0.5");
  }

  /** 3000 bytes of TCP to guest A that are yet to be cut. */
  private Packet largeTcp() {
    Packet packet = Objects.requireNonNull(lab.pool.acquire(4000));
    byte[] tcp = new byte[20 + 3000];
    Bytes.put16(tcp, 0, 80);
    Bytes.put16(tcp, 2, 4000);
    Bytes.put32(tcp, 4, 1000);
    Bytes.put16(tcp, 12, 5 << 12 | 0x10);
    byte[] frame =
        Lab.ethernet(
            Lab.GUEST_A,
            lab.portA.mac(),
            EtherType.IPV4,
            Lab.ipv4("10.1.5.1", "10.1.5.9", 6, 64, tcp));
    System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
    packet.l2 = packet.head;
    packet.l3 = packet.head + 14;
    packet.l4 = packet.l3 + 20;
    packet.gsoType = Packet.GSO_TCPV4;
    packet.gsoSize = 1460;
    packet.gsoCount = 3;
    return packet;
  }

  private static void expectSegment(byte[] segment, int number) {
    int length = number < 2 ? 1460 : 80;
    assertThat(segment).hasSize(14 + 40 + length);
    assertThat(Bytes.u16(segment, 14 + 2)).isEqualTo(40 + length);
    assertThat(Bytes.i32(segment, 14 + 20 + 4)).isEqualTo(1000 + number * 1460);
  }

  @Test
  void aLargeTcpPacketIsCutBehindItsTag() {
    vlan("net0", EtherType.VLAN, 5);

    device("net0.5").transmit(largeTcp());

    for (int i = 0; i < 3; i++) {
      expectSegment(untagged(EtherType.VLAN, 5, lab.nextToA()), i);
    }
    assertThat(device("net0.5").statistics.txPackets).isGreaterThanOrEqualTo(3);
    ip("link del net0.5");
  }

  @Test
  void aLargeTcpPacketIsCutBehindTwoTagsBelowABridge() {
    ip("link set net0 master br0");
    vlan("br0", EtherType.VLAN, 7);
    ip("link add link br0.7 name inner type vlan id 8");
    ip("link set inner up");

    device("inner").transmit(largeTcp());

    for (int i = 0; i < 3; i++) {
      byte[] outside = untagged(EtherType.VLAN, 7, lab.nextToA());
      expectSegment(untagged(EtherType.VLAN, 8, outside), i);
    }
    ip("link del br0.7");
  }

  @Test
  void segmentsThatWaitInAQueueKeepTheirTagBesideThem() {
    ip("link add v0 type veth peer name v1");
    for (String name : List.of("v0", "v1")) {
      ip("link set " + name + " up");
      ip("link add link " + name + " name " + name + ".5 type vlan id 5");
      ip("link set " + name + ".5 up");
    }
    IpCommand.Result netem =
        new TcCommand()
            .run(lab.stack, List.of("qdisc add dev v1 ingress netem delay 1ms".split(" ")), "");
    assertThat(netem.stderr()).isEmpty();
    lab.loop.runForMillis(2000);
    long before = device("v1.5").statistics.rxPackets;

    device("v0.5").transmit(largeTcp());
    lab.loop.runForMillis(10);

    assertThat(device("v1.5").statistics.rxPackets - before).isEqualTo(3);
    ip("link del v0");
  }

  @Test
  void guestsOfAVlanHaveTheLimitsOfTheirPorts() {
    ip("link set net0 master br0");
    vlan("br0", EtherType.VLAN, 7);
    lab.fromA(
        tagged(
            EtherType.VLAN, 7, Lab.arp(1, Lab.GUEST_A, Lab.v4("10.1.7.9"), 0, Lab.v4("10.1.7.1"))));
    assertThat(lab.stack.neighbours().countOf(lab.portA)).isEqualTo(1);
    assertThat(lab.stack.neighbours().countOf(device("br0.7"))).isZero();
    ip("link del br0.7");
  }

  @Test
  void aGroupOfTheLinkLeadsPastNoLimit() {
    byte[] solicitation = new byte[16];
    solicitation[0] = (byte) 133;
    Bytes.put16(solicitation, 8, 0x0101);
    Bytes.put48(solicitation, 10, Lab.GUEST_A);
    byte[] ip = Lab.ipv6("fec0::99", "ff02::2", 58, 255, solicitation);
    lab.fromA(Lab.ethernet(0x0180_c200_0002L, Lab.GUEST_A, EtherType.IPV6, ip));
    assertThat(lab.stack.neighbours().entries())
        .noneMatch(neighbour -> neighbour.device().equals(lab.portA));
  }

  @Test
  void aVlanOfTheBridgeHearsWhatItsPortsBringWithTheTag() {
    ip("link set net0 master br0");
    vlan("br0", EtherType.VLAN, 7);
    byte[] arp = Lab.arp(1, Lab.GUEST_A, Lab.v4("10.1.7.9"), 0, Lab.v4("10.1.7.1"));

    lab.fromA(tagged(EtherType.VLAN, 7, arp));

    byte[] answer = untagged(EtherType.VLAN, 7, lab.nextToA());
    assertThat(Bytes.u16(answer, 14 + 6)).as("ARP reply").isEqualTo(2);
    assertThat(untagged(EtherType.VLAN, 7, Objects.requireNonNull(lab.toB.poll())))
        .as("flooded with its tag")
        .isEqualTo(arp);
    ip("link del br0.7");
  }

  @Test
  void aVlanOfAPortIsNotBridged() {
    ip("link set net0 master br0");
    vlan("net0", EtherType.VLAN, 5);

    lab.fromA(tagged(EtherType.VLAN, 5, ping(5, 10)));
    lab.fromA(tagged(EtherType.VLAN, 5, Lab.arp(1, Lab.GUEST_A, 1, 0, 2)));

    assertThat(lab.toB).isEmpty();
    ip("link del net0.5");
  }

  @Test
  void vlansAsPortsOfABridgeTranslateTags() {
    // VLAN 5 of one cable and VLAN 6 of the other are one network
    ip("link set net1 nomaster");
    ip("link add link net0 name a type vlan id 5");
    ip("link add link net1 name b type vlan id 6");
    ip("link add br5 type bridge");
    ip("link set br5 up");
    for (String name : List.of("a", "b")) {
      ip("link set " + name + " master br5");
      ip("link set " + name + " up");
    }
    lab.loop.runForMillis(2000);
    lab.toA.clear();
    lab.toB.clear();
    byte[] hello = Lab.ethernet(Lab.GUEST_B, Lab.GUEST_A, 0x88b5, new byte[50]);

    lab.fromA(tagged(EtherType.VLAN, 5, hello));

    byte[] came = untagged(EtherType.VLAN, 6, Objects.requireNonNull(lab.toB.poll()));
    assertThat(Arrays.equals(came, hello)).isTrue();
    assertThat(lab.toA).isEmpty();
    ip("link del br5");
    ip("link del a");
    ip("link del b");
  }

  @Test
  void aFrameCutWithinItsTagIsDropped() {
    lab.fromA(Arrays.copyOf(tagged(EtherType.VLAN, 5, ping(5, 0)), 16));
    assertThat(lab.pool.drops(DropReason.HDR_TRUNC)).isEqualTo(1);
  }
}
