package dev.patchbay.stack.sysctl;

import static dev.patchbay.stack.Lab.GUEST_A;
import static dev.patchbay.stack.Lab.GUEST_B;
import static dev.patchbay.stack.Lab.arp;
import static dev.patchbay.stack.Lab.ipv4;
import static dev.patchbay.stack.Lab.udp;
import static dev.patchbay.stack.Lab.v4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@code arp_*} and {@code proxy_arp*} of a device do, and its neighbours' numbers. */
class ArpKeysTest {
  private final TwoLinks net = new TwoLinks();

  @AfterEach
  void nothingLeaks() {
    net.lab.close();
  }

  /**
   * Whether guest A, in the name of {@code from}, is answered at last when it asks for an address.
   */
  private boolean isAnswered(String from, String target) {
    net.lab.toA.clear();
    net.fromA(arp(1, GUEST_A, v4(from), 0, v4(target)));
    net.lab.loop.runForMillis(900);
    return count(net.lab.toA, 2) > 0;
  }

  private static long count(Deque<byte[]> frames, int operation) {
    return frames.stream()
        .filter(f -> Bytes.u16(f, 12) == EtherType.ARP && Bytes.u16(f, 20) == operation)
        .count();
  }

  @Test
  void anAddressOfAnyDeviceIsAnsweredFor() {
    assertThat(isAnswered("10.0.2.15", "10.0.3.1")).isTrue();
  }

  @Test
  void arpIgnoreOneIsForTheDevicesOwn() {
    net.set("net.ipv4.conf.all.arp_ignore=1");
    assertThat(isAnswered("10.0.2.15", "10.0.3.1")).isFalse();
    assertThat(isAnswered("10.0.2.15", "10.0.2.2")).isTrue();
    assertThat(isAnswered("198.51.100.1", "10.0.2.2")).isTrue();
  }

  @Test
  void arpIgnoreTwoAsksForTheSendersSubnetToo() {
    net.set("net.ipv4.conf.br0.arp_ignore=2");
    assertThat(isAnswered("10.0.2.15", "10.0.2.2")).isTrue();
    assertThat(isAnswered("198.51.100.1", "10.0.2.2")).isFalse();
  }

  @Test
  void arpIgnoreThreeKeepsAddressesOfScopeHost() {
    net.words("ip addr add 10.0.9.1/32 dev br0 scope host");
    assertThat(isAnswered("10.0.2.15", "10.0.9.1")).isTrue();
    net.set("net.ipv4.conf.br0.arp_ignore=3");
    assertThat(isAnswered("10.0.2.15", "10.0.9.1")).isFalse();
    assertThat(isAnswered("10.0.2.15", "10.0.3.1")).isTrue();
  }

  @Test
  void arpIgnoreEightIsForAll() {
    net.set("net.ipv4.conf.br0.arp_ignore=8");
    assertThat(isAnswered("10.0.2.15", "10.0.2.2")).isFalse();
    assertThat(isAnswered("0.0.0.0", "10.0.2.2")).as("a probe").isFalse();
  }

  @Test
  void arpFilterAnswersWhereTheWayIsBack() {
    assertThat(isAnswered("10.0.3.77", "10.0.2.2")).isTrue();
    net.set("net.ipv4.conf.br0.arp_filter=1");
    assertThat(isAnswered("10.0.3.77", "10.0.2.2")).isFalse();
    assertThat(isAnswered("10.0.2.15", "10.0.2.2")).isTrue();
  }

  @Test
  void theReversePathIsAskedOfSendersToo() {
    net.set("net.ipv4.conf.br0.rp_filter=1");
    assertThat(isAnswered("10.0.3.77", "10.0.2.2")).isFalse();
  }

  @Test
  void arpAcceptTwoLearnsThoseOfTheSubnetAlone() {
    net.set("net.ipv4.conf.br0.arp_accept=2");
    net.fromA(arp(1, GUEST_A, v4("10.0.2.44"), 0, v4("10.0.2.44")));
    net.fromA(arp(1, GUEST_A, v4("198.51.100.1"), 0, v4("198.51.100.1")));
    assertThat(neighbour("10.0.2.44")).isNotNull();
    assertThat(neighbour("198.51.100.1")).isNull();
  }

  private @Nullable Neighbour neighbour(String address) {
    return net.lab.stack.neighbours().find(0, Addresses.v4(v4(address)), net.lab.bridge);
  }

  @Test
  void gratuitousArpMayBeDropped() {
    net.set("net.ipv4.conf.br0.drop_gratuitous_arp=1");
    net.fromA(arp(1, GUEST_A + 7, v4("10.0.2.15"), 0, v4("10.0.2.15")));
    assertThat(Objects.requireNonNull(neighbour("10.0.2.15")).mac()).isEqualTo(GUEST_A);
  }

  /** The sender of our request for 10.0.2.50, which a packet of 10.0.3.1 waits for. */
  private int asker() {
    net.lab.toA.clear();
    byte[] packet = ipv4("10.0.3.1", "10.0.2.50", 17, 64, udp(5, 6, new byte[4]));
    var waiting = Objects.requireNonNull(net.lab.pool.acquire(packet.length));
    waiting.l3 = waiting.append(packet.length);
    waiting.l4 = waiting.l3 + 20;
    waiting.protocol = 17;
    System.arraycopy(packet, 0, waiting.data, waiting.l3, packet.length);
    net.lab.stack.output().sendRaw(waiting);
    net.lab.loop.turn();
    byte[] request = net.lab.nextToA();
    net.lab.loop.runForMillis(5000);
    return Bytes.i32(request, 14 + 14);
  }

  @Test
  void arpAnnounceSaysInWhoseNameIsAsked() {
    assertThat(asker()).as("the packet's source").isEqualTo(v4("10.0.3.1"));
    net.set("net.ipv4.conf.br0.arp_announce=1");
    assertThat(asker()).as("one of the subnet").isEqualTo(v4("10.0.2.2"));
    net.words("ip addr add 10.0.3.99/16 dev br0");
    net.set("net.ipv4.conf.br0.arp_announce=2");
    assertThat(asker()).isIn(v4("10.0.2.2"), v4("10.0.3.99"));
  }

  @Test
  void arpNotifyTellsOfTheAddresses() {
    net.set("net.ipv4.conf.br0.arp_notify=1");
    net.words("ip link set br0 down");
    net.lab.toA.clear();
    net.words("ip link set br0 up");
    assertThat(Bytes.i32(net.lab.nextToA(), 14 + 24)).isEqualTo(v4("10.0.2.2"));
  }

  @Test
  void proxyArpAnswersForWhatLiesBehindAnotherDevice() {
    assertThat(isAnswered("10.0.2.15", "10.0.3.15")).isFalse();
    net.set("net.ipv4.conf.br0.proxy_arp=1");
    assertThat(isAnswered("10.0.2.15", "10.0.3.15")).isTrue();
    assertThat(isAnswered("10.0.2.15", "10.0.2.16")).as("on the same link").isFalse();
    net.set("net.ipv4.conf.br0.forwarding=0");
    assertThat(isAnswered("10.0.2.15", "10.0.3.15")).as("a host's").isFalse();
  }

  @Test
  void proxyArpPvlanAnswersForTheSameLink() {
    net.set("net.ipv4.conf.br0.proxy_arp_pvlan=1");
    assertThat(isAnswered("10.0.2.15", "10.0.2.16")).isTrue();
    assertThat(isAnswered("10.0.2.15", "10.0.3.15")).isFalse();
    assertThat(isAnswered("10.0.2.16", "10.0.2.16")).as("a probe for itself").isFalse();
  }

  // ---- neighbours

  private void toUnknown(int packets) {
    for (int i = 0; i < packets; i++) {
      net.datagramB("10.0.3.15", "10.0.2.50");
    }
  }

  @Test
  void mcastSolicitAndRetransTimeSayHowOftenIsAsked() {
    net.set("net.ipv4.neigh.br0.mcast_solicit=5");
    net.set("net.ipv4.neigh.br0.retrans_time_ms=100");
    net.lab.toA.clear();
    toUnknown(1);
    net.lab.loop.runForMillis(450);
    assertThat(count(net.lab.toA, 1)).isEqualTo(5);
    net.lab.loop.runForMillis(1000);
    assertThat(count(net.lab.toA, 1)).isEqualTo(5);
    assertThat(Objects.requireNonNull(neighbour("10.0.2.50")).state())
        .isEqualTo(Neighbour.State.FAILED);
  }

  @Test
  void delayFirstProbeTimeAndUcastSolicitAreTheDoubts() {
    net.set("net.ipv4.neigh.br0.delay_first_probe_time=1");
    net.set("net.ipv4.neigh.br0.ucast_solicit=1");
    net.datagramB("10.0.3.15", "10.0.2.15");
    net.lab.toA.clear();
    net.lab.loop.runForMillis(1050);
    assertThat(count(net.lab.toA, 1)).isEqualTo(1);
    net.lab.loop.runForMillis(1000);
    assertThat(count(net.lab.toA, 1)).isEqualTo(1);
    assertThat(Objects.requireNonNull(neighbour("10.0.2.15")).state())
        .isEqualTo(Neighbour.State.FAILED);
  }

  @Test
  void baseReachableTimeIsHowLongAnAnswerHolds() {
    net.set("net.ipv4.neigh.br0.base_reachable_time_ms=2000");
    toUnknown(1);
    net.fromA(arp(2, GUEST_A, v4("10.0.2.50"), 0x52550a000202L, v4("10.0.2.2")));
    assertThat(Objects.requireNonNull(neighbour("10.0.2.50")).state())
        .isEqualTo(Neighbour.State.REACHABLE);
    net.lab.loop.runForMillis(9000);
    assertThat(Objects.requireNonNull(neighbour("10.0.2.50")).state())
        .isNotEqualTo(Neighbour.State.REACHABLE);
  }

  @Test
  void gcStaleTimeIsWhenManyAreForgotten() {
    net.set("net.ipv4.neigh.br0.gc_stale_time=600");
    for (int i = 0; i < 140; i++) {
      net.words("ip neigh add 10.0.2." + (60 + i) + " lladdr 52:54:00:00:00:09 dev br0 nud stale");
    }
    net.lab.loop.runForMillis(120_000);
    assertThat(neighbour("10.0.2.60")).isNotNull();
    net.lab.loop.runForMillis(600_000);
    assertThat(neighbour("10.0.2.60")).isNull();
  }

  @Test
  void locktimeKeepsWhatHasJustChanged() {
    net.set("net.ipv4.neigh.br0.locktime=500");
    net.fromA(arp(1, GUEST_A, v4("10.0.2.44"), 0, v4("10.0.2.2")));
    net.lab.loop.runForMillis(3000);
    net.fromA(arp(2, GUEST_B, v4("10.0.2.44"), 0x52550a000202L, v4("10.0.2.2")));
    assertThat(Objects.requireNonNull(neighbour("10.0.2.44")).mac()).isEqualTo(GUEST_A);
    net.lab.loop.runForMillis(3000);
    net.fromA(arp(2, GUEST_B, v4("10.0.2.44"), 0x52550a000202L, v4("10.0.2.2")));
    assertThat(Objects.requireNonNull(neighbour("10.0.2.44")).mac()).isEqualTo(GUEST_B);
  }

  @Test
  void proxyDelayAndProxyQlenAreTheWaitForOthers() {
    net.set("net.ipv4.conf.br0.proxy_arp=1");
    net.set("net.ipv4.neigh.br0.proxy_delay=0");
    net.lab.toA.clear();
    net.fromA(arp(1, GUEST_A, v4("10.0.2.15"), 0, v4("10.0.3.15")));
    assertThat(count(net.lab.toA, 2)).as("at once").isEqualTo(1);
    net.set("net.ipv4.neigh.br0.proxy_delay=80");
    net.set("net.ipv4.neigh.br0.proxy_qlen=0");
    assertThat(isAnswered("10.0.2.15", "10.0.3.15")).as("none may wait").isFalse();
  }

  @Test
  void unresQlenIsHowManyWait() {
    net.set("net.ipv4.neigh.br0.unres_qlen=2");
    toUnknown(5);
    net.lab.toA.clear();
    net.fromA(arp(2, GUEST_A, v4("10.0.2.50"), 0x52550a000202L, v4("10.0.2.2")));
    assertThat(net.lab.toA).hasSize(2);
  }

  @Test
  void theDefaultIsThatOfNewDevicesAndOfThoseWithoutAnAddress() {
    net.words("ip link add d0 type dummy");
    net.set("net.ipv4.neigh.default.retrans_time_ms=700");
    net.words("ip link add d1 type dummy");
    assertThat(net.words("sysctl -n net.ipv4.neigh.d0.retrans_time_ms")).isEqualTo("700\n");
    assertThat(net.words("sysctl -n net.ipv4.neigh.d1.retrans_time_ms")).isEqualTo("700\n");
    assertThat(net.words("sysctl -n net.ipv4.neigh.br0.retrans_time_ms")).isEqualTo("1000\n");
    assertThat(net.words("sysctl -n net.ipv6.neigh.d1.retrans_time_ms")).isEqualTo("1000\n");
  }
}
