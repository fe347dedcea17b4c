package dev.patchbay.stack.sysctl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.packet.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The reverse path and martians ({@code fib_validate_source}). */
class SourceCheckTest {
  private final TwoLinks net = new TwoLinks();

  @AfterEach
  void nothingLeaks() {
    net.lab.close();
  }

  /** 10.0.3.x lives behind net1: from br0 its way back is another one. */
  private boolean passesFromTheOtherLink() {
    net.lab.toWorld.clear();
    net.datagramA("10.0.3.77", "192.0.2.5");
    return !net.lab.toWorld.isEmpty();
  }

  /** The way back to it is by host0: no device but that one. */
  private boolean passesFromNowhere() {
    net.lab.toWorld.clear();
    net.datagramA("198.51.100.7", "192.0.2.5");
    return !net.lab.toWorld.isEmpty();
  }

  @Test
  void withoutFilterAnySourceIsSentOn() {
    assertThat(passesFromTheOtherLink()).isTrue();
    assertThat(passesFromNowhere()).isTrue();
  }

  @Test
  void strictlyTheWayBackIsByTheSameDevice() {
    net.set("net.ipv4.conf.br0.rp_filter=1");
    assertThat(passesFromTheOtherLink()).isFalse();
    assertThat(passesFromNowhere()).isFalse();
    assertThat(net.drops(DropReason.IP_RPFILTER)).isEqualTo(2);
    assertThat(net.lab.stack.counters(true).reversePathFilter).isEqualTo(2);
    net.datagramA("10.0.2.15", "192.0.2.5");
    assertThat(net.lab.toWorld).as("its own address").hasSize(1);
  }

  @Test
  void looselyAnyWayBackWillDo() {
    net.words("ip route del default dev host0");
    net.words("ip route add 192.0.2.0/24 dev host0");
    net.set("net.ipv4.conf.br0.rp_filter=2");
    assertThat(passesFromTheOtherLink()).isTrue();
    assertThat(passesFromNowhere()).as("no way back at all").isFalse();
  }

  @Test
  void theGreaterOfAllAndTheDeviceCounts() {
    net.set("net.ipv4.conf.all.rp_filter=1");
    assertThat(passesFromTheOtherLink()).isFalse();
    net.set("net.ipv4.conf.br0.rp_filter=2");
    assertThat(passesFromTheOtherLink()).isTrue();
  }

  @Test
  void whatIsForUsIsFilteredToo() {
    net.set("net.ipv4.conf.br0.rp_filter=1");
    net.datagramA("10.0.3.77", "10.0.2.2");
    net.datagramA("10.0.3.77", "10.0.2.255");
    net.datagramA("10.0.3.77", "224.0.0.1");
    assertThat(net.drops(DropReason.IP_RPFILTER)).isEqualTo(3);
  }

  @Test
  void theMarkCountsWhereItIsTold() {
    // packets with mark 7 go by net1, so that marked ones of that way are fine
    net.words("ip rule add fwmark 7 lookup 7");
    net.words("ip route add default dev br0 table 7");
    net.set("net.ipv4.conf.br0.rp_filter=1");
    net.lab.bridge.addTap((device, packet, outgoing) -> packet.mark = 7);
    assertThat(passesFromNowhere()).isFalse();
    net.set("net.ipv4.conf.br0.src_valid_mark=1");
    net.lab.toWorld.clear();
    net.datagramA("198.51.100.7", "10.0.2.2");
    assertThat(net.drops(DropReason.IP_RPFILTER)).as("only the one before").isEqualTo(1);
  }

  @Test
  void ourOwnAddressesComeFromNobodyElse() {
    net.datagramA("10.0.3.1", "10.0.2.2");
    assertThat(net.drops(DropReason.IP_INVALID_SOURCE)).isEqualTo(1);
    net.set("net.ipv4.conf.br0.accept_local=1");
    net.datagramA("10.0.3.1", "10.0.2.2");
    assertThat(net.drops(DropReason.IP_INVALID_SOURCE)).isEqualTo(1);
  }

  @Test
  void theLoopbacksAddressesAreOnNoWire() {
    net.datagramA("127.0.0.5", "10.0.2.2");
    net.datagramA("10.0.2.15", "127.0.0.1");
    assertThat(net.drops(DropReason.IP_INVALID_SOURCE)).isEqualTo(2);
    net.set("net.ipv4.conf.br0.route_localnet=1");
    net.datagramA("10.0.2.15", "127.0.0.1");
    assertThat(net.drops(DropReason.IP_INVALID_SOURCE)).isEqualTo(2);
    assertThat(net.drops(DropReason.NO_SOCKET)).as("it was for us").isEqualTo(1);
  }

  @Test
  void martianSources() {
    for (String source : new String[] {"224.0.0.5", "255.255.255.255", "0.0.0.0", "10.0.2.255"}) {
      net.datagramA(source, "10.0.2.2");
    }
    assertThat(net.drops(DropReason.IP_INVALID_SOURCE)).isEqualTo(4);
  }

  @Test
  void aHostSendsNothingOn() {
    net.set("net.ipv4.conf.br0.forwarding=0");
    net.datagramA("10.0.2.15", "192.0.2.5");
    assertThat(net.lab.toWorld).isEmpty();
    assertThat(net.lab.toA).as("it tells nobody").isEmpty();
    assertThat(net.lab.stack.counters(true).inAddrErrors).isEqualTo(1);
    net.datagramB("10.0.3.15", "192.0.2.5");
    assertThat(net.lab.toWorld).as("the other device is a router's").hasSize(1);
    net.set("net.ipv4.ip_forward=0");
    net.datagramB("10.0.3.15", "192.0.2.5");
    assertThat(net.lab.toWorld).hasSize(1);
  }
}
