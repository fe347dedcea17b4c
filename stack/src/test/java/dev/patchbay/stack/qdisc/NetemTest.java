package dev.patchbay.stack.qdisc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Links that are bad on purpose. */
class NetemTest {
  private QdiscLab lab = new QdiscLab();

  @AfterEach
  void noLeaks() {
    lab.checkNoLeaks();
  }

  private void netem(String options) {
    lab.tc("qdisc replace eth0 root netem " + options);
  }

  /** Sends {@code count} frames, one each ms, and returns the numbers of those that came. */
  private List<Integer> spread(int count) {
    for (int i = 1; i <= count; i++) {
      lab.send(i);
      lab.loop.runForMillis(1);
    }
    lab.loop.runForMillis(10_000);
    return lab.numbers();
  }

  @Test
  void delayIsTheSameForAll() {
    netem("delay 20ms");
    lab.send(1);
    lab.loop.runForMillis(5);
    lab.send(2);
    assertThat(lab.tc("-s qdisc show eth0")).contains("backlog 2000b 2p");
    lab.loop.runForMillis(100);
    assertThat(lab.numbers()).containsExactly(1, 2);
    assertThat(lab.times()).containsExactly(20L, 25L);
  }

  @Test
  void limitBoundsWhatIsDelayed() {
    netem("delay 20ms limit 3");
    lab.burst(5);
    lab.loop.runForMillis(100);
    assertThat(lab.numbers()).containsExactly(1, 2, 3);
    assertThat(lab.drops(DropReason.QDISC_DROP)).isEqualTo(2);
    assertThat(lab.tc("-s qdisc show eth0")).contains("Sent 3000 bytes 3 pkt (dropped 2,");
  }

  @Test
  void jitterReordersAndStaysInItsBounds() {
    netem("delay 50ms 20ms");
    assertThat(spread(500)).hasSize(500).isNotEqualTo(range(500));
    List<Long> delays = delays();
    assertThat(delays).allMatch(d -> d >= 30 && d <= 71);
    assertThat(delays.stream().mapToLong(d -> d).average().orElse(0)).isCloseTo(50, within(2.0));
  }

  private List<Long> delays() {
    List<Long> all = new ArrayList<>();
    lab.sent.forEach(s -> all.add(s.millis() - (s.number() - 1)));
    return all;
  }

  private static List<Integer> range(int count) {
    List<Integer> all = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      all.add(i);
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({"normal, 0, 10", "pareto, 0, 8", "paretonormal, 0, 8", "uniform, 0, 5.8"})
  void distributionsHaveTheirMeanAndDeviation(String name, double mean, double deviation) {
    netem("limit 5000 delay 200ms 10ms distribution " + name);
    spread(4000);
    double[] delays = delays().stream().mapToDouble(d -> d).toArray();
    double average = Arrays.stream(delays).average().orElse(0);
    double variance =
        Arrays.stream(delays).map(d -> (d - average) * (d - average)).sum() / delays.length;
    // half a millisecond comes from the timer's tick
    assertThat(average).isCloseTo(200.5 + mean, within(1.0));
    assertThat(Math.sqrt(variance)).isCloseTo(deviation, within(deviation / 5));
  }

  @Test
  void correlatedDelaysFollowEachOther() {
    netem("limit 5000 delay 100ms 30ms 90%");
    spread(2000);
    long steps = 0;
    List<QdiscLab.Sent> byNumber = new ArrayList<>(lab.sent);
    byNumber.sort(Comparator.comparingInt(QdiscLab.Sent::number));
    for (int i = 1; i < byNumber.size(); i++) {
      steps += Math.abs(byNumber.get(i).millis() - byNumber.get(i - 1).millis() - 1);
    }
    // independent ones would differ by 20 ms in the mean
    assertThat((double) steps / byNumber.size()).isLessThan(6);
  }

  @ParameterizedTest
  @CsvSource({
    "loss 10%, 10",
    // Linux's way to correlate draws them to the middle: below a half fewer are lost
    "loss random 30% 25%, 23",
    "loss state 5% 45%, 10",
    "loss gemodel 5% 45%, 10",
    "loss gemodel 10% 30% 50% 2%, 14"
  })
  void lossHasItsShare(String loss, double percent) {
    netem("limit 20000 " + loss);
    lab.burst(20_000);
    assertThat(100 - lab.sent.size() / 200.0).isCloseTo(percent, within(1.5));
    assertThat(lab.drops(DropReason.QDISC_LOSS)).isEqualTo(20_000 - lab.sent.size());
    assertThat(lab.tc("-s -j qdisc show eth0")).contains("\"drops\":" + (20_000 - lab.sent.size()));
  }

  @Test
  void burstsOfTheGilbertModelAreLong() {
    netem("loss gemodel 1% 10%");
    lab.burst(20_000);
    List<Integer> came = lab.numbers();
    int gaps = 0;
    for (int i = 1; i < came.size(); i++) {
      gaps += came.get(i) - came.get(i - 1) > 1 ? 1 : 0;
    }
    assertThat((20_000.0 - came.size()) / gaps).isCloseTo(10, within(2.0));
  }

  @Test
  void everySecondIsDuplicated() {
    netem("duplicate 50%");
    lab.burst(1000);
    assertThat(lab.sent).hasSizeBetween(1450, 1550);
    assertThat(lab.numbers()).contains(1, 500, 1000);
    assertThat(lab.tc("-s qdisc show eth0")).contains(" " + lab.sent.size() + " pkt");
  }

  @Test
  void oneBitIsCorrupted() {
    netem("corrupt 100%");
    lab.burst(50);
    assertThat(lab.sent).hasSize(50);
    for (int i = 0; i < 50; i++) {
      Packet right = lab.frame(i + 1, 1000, 0, 0);
      int bits = 0;
      for (int at = 0; at < 1000; at++) {
        int difference = lab.sent.get(i).frame()[at] ^ right.data[right.head + at];
        bits += Integer.bitCount(difference & 0xff);
      }
      right.release();
      assertThat(bits).isEqualTo(1);
    }
  }

  @Test
  void everyFifthOvertakes() {
    netem("delay 10ms reorder 100% gap 5");
    lab.burst(10);
    assertThat(lab.numbers()).containsExactly(5, 10);
    lab.loop.runForMillis(20);
    assertThat(lab.numbers()).containsExactly(5, 10, 1, 2, 3, 4, 6, 7, 8, 9);
    assertThat(lab.tc("-s qdisc show eth0")).contains("requeues 2)");
  }

  @Test
  void rateSpacesPackets() {
    netem("rate 1mbit");
    lab.burst(4);
    lab.loop.runForMillis(100);
    assertThat(lab.times()).containsExactly(8L, 16L, 24L, 32L);
  }

  @Test
  void cellsAndOverheadTakeTime() {
    // 1000 - 40 bytes are 20 cells of 48, each 52 bytes: 1040 bytes, 8.32 ms
    netem("rate 1mbit -40 48 4");
    lab.burst(2);
    lab.loop.runForMillis(100);
    assertThat(lab.times()).containsExactly(9L, 17L);
  }

  @Test
  void slotsSendTogether() {
    netem("slot 20ms packets 2");
    lab.burst(5);
    lab.loop.runForMillis(200);
    assertThat(lab.times()).containsExactly(0L, 0L, 20L, 20L, 40L);
  }

  @Test
  void whatKnowsEcnIsMarkedInPlaceOfBeingLost() {
    netem("loss 100% ecn");
    lab.eth0.transmit(lab.frame(1, 1000, 0, 2));
    lab.eth0.transmit(lab.frame(2, 1000, 0, 0));
    assertThat(lab.numbers()).containsExactly(1);
    byte[] frame = lab.sent.getFirst().frame();
    assertThat(frame[15] & 3).isEqualTo(3);
    Packet expected = lab.frame(1, 1000, 0, 3);
    assertThat(Bytes.u16(frame, 24)).isEqualTo(Bytes.u16(expected.data, expected.l3 + 10));
    expected.release();
    assertThat(lab.tc("-s qdisc show eth0")).contains("(dropped 2,");
  }

  @Test
  void childTakesWhatHasBeenDelayed() {
    lab.tc("qdisc add eth0 root handle 1: netem delay 10ms");
    lab.tc("qdisc add eth0 parent 1:1 handle 10: tbf rate 1mbit burst 1000 limit 20000");
    lab.burst(3);
    lab.loop.runForMillis(100);
    assertThat(lab.times()).containsExactly(10L, 18L, 26L);
  }

  private List<Integer> fate(long stackSeed, String options, int pause, boolean others) {
    lab.checkNoLeaks();
    lab = new QdiscLab(stackSeed);
    netem("limit 10000 delay 10ms " + options);
    for (int i = 1; i <= 2000; i++) {
      lab.send(i);
      if (others) {
        lab.stack.random().nextLong();
      }
      lab.loop.runForMillis(pause);
    }
    lab.loop.runForMillis(100);
    return lab.numbers();
  }

  @Test
  void nthPacketMeetsTheSameFateForTheSameSeed() {
    String faults = "loss 5% 25% duplicate 3% reorder 10%";
    List<Integer> first = fate(1, faults + " seed 42", 20, false);
    assertThat(fate(2, faults + " seed 42", 20, true)).isEqualTo(first);
    assertThat(fate(1, faults + " seed 43", 20, false)).isNotEqualTo(first);
    List<Integer> derived = fate(7, faults, 20, false);
    assertThat(fate(7, faults, 20, true)).isEqualTo(derived);
    assertThat(fate(8, faults, 20, true)).isNotEqualTo(derived);
  }

  @Test
  void fateDoesNotHangOnTime() {
    String faults = "loss gemodel 5% 30% corrupt 1% seed 5";
    assertThat(fate(1, faults, 0, false)).isEqualTo(fate(1, faults, 3, false));
    // another's decisions do not shift these
    List<Integer> lost = fate(1, "loss 5% seed 5", 20, false);
    List<Integer> jittered = new ArrayList<>(fate(1, "2ms loss 5% seed 5", 20, false));
    assertThat(jittered).isEqualTo(lost);
  }

  @Test
  void seedIsShown() {
    netem("delay 10ms loss 1% seed 18446744073709551615");
    assertThat(lab.tc("qdisc show eth0"))
        .endsWith("limit 1000 delay 10ms loss 1% seed 18446744073709551615\n");
    assertThat(lab.tc("-j qdisc show eth0")).contains("\"seed\":18446744073709551615,");
  }

  @Test
  void framesThatComeInMeetTheShortForm() {
    lab.tc("qdisc add eth0 ingress netem delay 10ms seed 3");
    assertThat(lab.tc("qdisc show eth0"))
        .isEqualTo(
            """
            qdisc noqueue 0: root refcnt 2\s
            qdisc netem ffff: parent ffff:fff1 limit 1000 delay 10ms seed 3
            """);
    List<Long> seen = new ArrayList<>();
    lab.eth0.addProtocolTap((device, packet, outgoing) -> seen.add(lab.loop.now() / 1_000_000));
    lab.eth0.receive(lab.frame(1, 100, 0, 0));
    lab.loop.runForMillis(50);
    assertThat(seen).containsExactly(10L);
    lab.tc("qdisc change eth0 ingress netem delay 20ms");
    lab.eth0.receive(lab.frame(2, 100, 0, 0));
    lab.loop.runForMillis(50);
    lab.tc("qdisc del eth0 ingress");
    lab.eth0.receive(lab.frame(3, 100, 0, 0));
    assertThat(seen).containsExactly(10L, 70L, 100L);
  }

  @Test
  void framesForABridgeMeetTheShortFormThere() {
    Bridge br0 = new Bridge(lab.stack.nextIndex(), "br0", 0x0200_0000_0002L, lab.loop, 1);
    lab.stack.add(br0);
    br0.addPort(lab.eth0);
    lab.stack.setUp(br0, true);
    lab.tc("qdisc add dev br0 ingress netem delay 10ms");
    List<Long> seen = new ArrayList<>();
    br0.addProtocolTap((device, packet, outgoing) -> seen.add(lab.loop.now() / 1_000_000));
    lab.eth0.receive(lab.frame(1, 100, 1, 0));
    lab.loop.runForMillis(50);
    assertThat(seen).containsExactly(10L);
  }

  @Test
  void copiesAreNotCopiedByAnotherNetemOfTheTree() {
    lab.tc("qdisc add eth0 root handle 1: netem limit 2000");
    lab.tc("qdisc add eth0 parent 1:1 netem duplicate 100%");
    lab.send(1);
    lab.loop.runForMillis(50);
    assertThat(lab.numbers()).containsExactly(1, 1);
  }

  @Test
  void changingStartsTheGapAnew() {
    for (int round = 0; round < 2; round++) {
      lab.tc("qdisc replace eth0 root netem delay 10ms reorder 100% gap 5 seed 42");
      for (int i = 1; i <= 5; i++) {
        lab.send(i);
      }
      lab.loop.runForMillis(50);
      assertThat(lab.numbers()).as("round %d", round).containsExactly(5, 1, 2, 3, 4);
      lab.sent.clear();
      lab.send(1);
      lab.loop.runForMillis(50);
      lab.sent.clear();
    }
  }

  @Test
  void segmentsThatCameMergedAreDelayedEachByItself() {
    lab.tc("qdisc add eth0 ingress netem reorder 100% gap 2 delay 10ms seed 1");
    List<Integer> lengths = new ArrayList<>();
    lab.eth0.addProtocolTap((device, packet, outgoing) -> lengths.add(packet.tail - packet.l3));
    Packet merged = lab.frame(1, 54 + 2500, 1, 0);
    Bytes.put8(merged.data, merged.l3 + 9, IpProtocol.TCP);
    Bytes.put8(merged.data, merged.l4 + 12, 5 << 4);
    merged.gsoType = Packet.GSO_TCPV4;
    merged.gsoSize = 1000;
    merged.gsoCount = 3;
    lab.eth0.receive(merged);
    lab.loop.runForMillis(50);
    assertThat(lengths).as("the second overtakes the others").containsExactly(1040, 1040, 540);
    assertThat(lab.tc("-s qdisc show eth0")).contains("requeues 1)");
  }
}
