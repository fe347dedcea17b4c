package dev.patchbay.stack.qdisc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Queues, bands and rates. */
class FifoPrioTbfTest {
  private final QdiscLab lab = new QdiscLab();

  @AfterEach
  void noLeaks() {
    lab.checkNoLeaks();
  }

  @Test
  void fifoBeforeAPortThatTakesAllPassesAllOnAndCounts() {
    lab.tc("qdisc add eth0 root pfifo limit 2");
    lab.burst(4);
    assertThat(lab.numbers()).containsExactly(1, 2, 3, 4);
    assertThat(lab.tc("-s qdisc show eth0"))
        .endsWith(
            """
             Sent 4000 bytes 4 pkt (dropped 0, overlimits 0 requeues 0)\s
             backlog 0b 0p requeues 0
            """);
    assertThat(lab.eth0.statistics.txPackets).isEqualTo(4);
  }

  @Test
  void bucketLetsItsBytesGoAtOnceAndTheOthersAtTheRate() {
    lab.tc("qdisc add eth0 root tbf rate 1mbit burst 2000 limit 3000");
    lab.burst(10);
    assertThat(lab.numbers()).containsExactly(1, 2);
    assertThat(lab.tc("-s -j qdisc show eth0"))
        .contains("\"drops\":5,\"overlimits\":8,\"requeues\":0,\"backlog\":3000,\"qlen\":3");
    lab.loop.runForMillis(100);
    assertThat(lab.numbers()).containsExactly(1, 2, 3, 4, 5);
    assertThat(lab.times()).containsExactly(0L, 0L, 8L, 16L, 24L);
    assertThat(lab.drops(DropReason.QDISC_DROP)).isEqualTo(5);
    assertThat(lab.eth0.statistics.txPackets).isEqualTo(5);
  }

  @Test
  void rateIsKeptOverTime() {
    lab.tc("qdisc add eth0 root tbf rate 8mbit burst 5000 latency 1s");
    for (int i = 0; i < 1000; i++) {
      lab.send(i);
    }
    lab.loop.runForMillis(500);
    assertThat(lab.sent).hasSizeBetween(500, 505);
  }

  @Test
  void peakRateSpreadsTheBurst() {
    lab.tc("qdisc add eth0 root tbf rate 1mbit burst 10000 limit 20000 peakrate 4mbit mtu 1000");
    lab.burst(4);
    lab.loop.runForMillis(100);
    assertThat(lab.times()).containsExactly(0L, 2L, 4L, 6L);
  }

  @Test
  void packetLongerThanTheBucketIsDropped() {
    lab.tc("qdisc add eth0 root tbf rate 1mbit burst 900 limit 3000");
    lab.send(1);
    assertThat(lab.sent).isEmpty();
    assertThat(lab.tc("-s qdisc show eth0")).contains("(dropped 1,");
  }

  @Test
  void bandsGoInTheirOrder() {
    lab.tc("qdisc add eth0 root handle 1: tbf rate 1mbit burst 1000 limit 20000");
    lab.tc("qdisc add eth0 parent 1:1 handle 10: prio");
    for (int i = 1; i <= 6; i++) {
      Packet packet = lab.frame(i, 1000, 0, 0);
      // TC_PRIO_INTERACTIVE goes to the first band, BESTEFFORT to the second, BULK to the third
      packet.priority = i == 1 || i == 4 ? 6 : i <= 3 ? 0 : 2;
      lab.eth0.transmit(packet);
    }
    assertThat(lab.tc("-s class show eth0")).contains("class prio 10:3 parent 10: ");
    lab.loop.runForMillis(100);
    assertThat(lab.numbers()).containsExactly(1, 4, 2, 3, 5, 6);
    assertThat(lab.tc("-s -j qdisc show eth0")).contains("\"backlog\":0,\"qlen\":0");
  }

  @Test
  void oldestGoesForTheNewest() {
    lab.tc("qdisc add eth0 root handle 1: tbf rate 1mbit burst 1000 limit 20000");
    lab.tc("qdisc add eth0 parent 1:1 pfifo_head_drop limit 2");
    lab.burst(6);
    String waiting = lab.tc("-s -j qdisc show eth0");
    assertThat(waiting).contains("\"drops\":3,", "\"backlog\":2000,\"qlen\":2");
    lab.loop.runForMillis(100);
    assertThat(lab.numbers()).containsExactly(1, 5, 6);
    assertThat(lab.tc("-s -j qdisc show eth0")).contains("\"backlog\":0,\"qlen\":0");
  }

  @Test
  void bytesBoundAQueue() {
    lab.tc("qdisc add eth0 root handle 1: tbf rate 1mbit burst 1000 limit 20000");
    lab.tc("qdisc add eth0 parent 1:1 bfifo limit 2500");
    lab.burst(6);
    lab.loop.runForMillis(100);
    assertThat(lab.numbers()).containsExactly(1, 2, 3);
  }

  @Test
  void largePacketIsCutBeforeARate() {
    lab.tc("qdisc add eth0 root tbf rate 1mbit burst 1100 limit 20000");
    lab.eth0.transmit(large(3, 1000));
    lab.loop.runForMillis(100);
    assertThat(lab.sent).hasSize(3);
    assertThat(lab.sent).allSatisfy(s -> assertThat(s.frame()).hasSize(1054));
    assertThat(lab.sent.stream().map(s -> Bytes.i32(s.frame(), 14 + 20 + 4)))
        .containsExactly(5000, 6000, 7000);
    assertThat(lab.times()).containsExactly(0L, 9L, 18L);
  }

  /** A TCP packet over IPv4 of {@code count} segments of {@code size} bytes. */
  private Packet large(int count, int size) {
    int length = 14 + 20 + 20 + count * size;
    Packet p = lab.frame(0, length, 0, 0);
    Bytes.put16(p.data, p.l3 + 8, 64 << 8 | IpProtocol.TCP);
    Bytes.put32(p.data, p.l4 + 4, 5000);
    Bytes.put16(p.data, p.l4 + 12, 5 << 12 | Tcp.ACK);
    p.checksumState = Packet.CHECKSUM_PARTIAL;
    p.checksumStart = p.l4;
    p.checksumOffset = 16;
    p.gsoType = Packet.GSO_TCPV4;
    p.gsoSize = size;
    p.gsoCount = count;
    return p;
  }

  @Test
  void deviceThatGoesDownDropsWhatWaits() {
    lab.tc("qdisc add eth0 root tbf rate 1mbit burst 1000 limit 20000");
    lab.burst(5);
    lab.stack.setUp(lab.eth0, false);
    assertThat(lab.pool.live()).isZero();
    lab.stack.setUp(lab.eth0, true);
    lab.sent.clear();
    lab.send(9);
    lab.loop.runForMillis(20);
    assertThat(lab.numbers()).contains(9);
  }

  @Test
  void replacedQdiscDropsWhatWaited() {
    lab.tc("qdisc add eth0 root handle 1: tbf rate 1mbit burst 1000 limit 20000");
    lab.tc("qdisc add eth0 parent 1:1 handle 10: prio");
    lab.burst(5);
    lab.tc("qdisc del eth0 parent 1:1");
    assertThat(lab.tc("-s -j qdisc show eth0")).contains("\"backlog\":0,\"qlen\":0");
    lab.tc("qdisc del eth0 root");
    lab.send(7);
    assertThat(lab.numbers()).containsExactly(1, 7);
  }
}
