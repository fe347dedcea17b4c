package dev.patchbay.stack.qdisc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.packet.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fair queues before a link of 8 Mbit/s: 1 ms for a frame of 1000 bytes. */
class FqCodelTest {
  private final QdiscLab lab = new QdiscLab();

  @BeforeEach
  void link() {
    lab.tc("qdisc add eth0 root handle 1: tbf rate 8mbit burst 1600 limit 10mb");
  }

  @AfterEach
  void noLeaks() {
    lab.checkNoLeaks();
  }

  private void codel(String options) {
    lab.tc("qdisc replace eth0 parent 1:1 handle 10: fq_codel" + options);
  }

  @Test
  void flowThatIsNewGoesBeforeOneThatStands() {
    codel("");
    lab.burst(50);
    lab.eth0.transmit(lab.frame(99, 100, 1, 0));
    assertThat(lab.tc("class show eth0").lines().filter(l -> l.startsWith("class fq_codel 10:")))
        .hasSize(2);
    lab.loop.runForMillis(3);
    assertThat(lab.numbers()).contains(99);
    assertThat(lab.tc("-s qdisc show eth0 handle 10:")).contains("new_flow_count 3 ecn_mark 0");
    lab.loop.runForMillis(100);
    assertThat(lab.sent).hasSize(51);
  }

  @Test
  void twoFlowsShareTheLink() {
    codel("");
    for (int i = 1; i <= 40; i++) {
      lab.eth0.transmit(lab.frame(i, 1000, 0, 0));
    }
    for (int i = 101; i <= 140; i++) {
      lab.eth0.transmit(lab.frame(i, 1000, 1, 0));
    }
    lab.loop.runForMillis(40);
    assertThat(lab.numbers().stream().filter(n -> n > 100).count()).isEqualTo(20);
  }

  /** 2 Mbit/s more than the link takes, for a while. */
  private void overload(int millis, int tos) {
    for (int i = 0; i < millis; i++) {
      lab.eth0.transmit(lab.frame(i, 1000, 0, tos));
      if (i % 4 == 0) {
        lab.eth0.transmit(lab.frame(i, 1000, 0, tos));
      }
      lab.loop.runForMillis(1);
    }
  }

  @Test
  void queueThatStandsIsDroppedFrom() {
    codel("");
    overload(100, 0);
    assertThat(lab.drops(DropReason.QDISC_CONGESTED)).isZero();
    overload(1000, 0);
    long dropped = lab.drops(DropReason.QDISC_CONGESTED);
    // the nth drop follows the one before by 100 ms / sqrt(n) (RFC 8289): some 30 in 1.1 s
    assertThat(dropped).isEqualTo(31);
    assertThat(lab.tc("-s -j qdisc show eth0"))
        .contains("\"drops\":" + dropped + ",\"overlimits\":0");
    lab.loop.runForMillis(1000);
    assertThat(lab.tc("-s -j qdisc show eth0")).doesNotContain("\"qlen\":1");
  }

  @Test
  void whatKnowsEcnIsMarked() {
    codel("");
    overload(600, 2);
    assertThat(lab.drops(DropReason.QDISC_CONGESTED)).isZero();
    long marked = lab.sent.stream().filter(s -> (s.frame()[15] & 3) == 3).count();
    assertThat(marked).isEqualTo(10);
    assertThat(lab.tc("-s qdisc show eth0 handle 10:")).contains("ecn_mark " + marked);
  }

  @Test
  void everyPacketAboveTheThresholdIsMarked() {
    codel(" noecn ce_threshold 4ms");
    for (int i = 1; i <= 10; i++) {
      lab.eth0.transmit(lab.frame(i, 1000, 0, 1));
    }
    lab.loop.runForMillis(50);
    assertThat(lab.sent.stream().filter(s -> (s.frame()[15] & 3) == 3).count()).isEqualTo(5);
    assertThat(lab.tc("-s qdisc show eth0 handle 10:")).contains(" ce_mark ");
  }

  @Test
  void longestFlowPaysForALimit() {
    codel(" limit 20 drop_batch 4");
    for (int i = 1; i <= 5; i++) {
      lab.eth0.transmit(lab.frame(100 + i, 1000, 1, 0));
    }
    lab.burst(40);
    assertThat(lab.tc("-s qdisc show eth0 handle 10:")).contains("drop_overlimit 2");
    assertThat(lab.tc("-s -j qdisc show eth0 root")).contains("\"qlen\":");
    lab.loop.runForMillis(100);
    assertThat(lab.numbers()).contains(101, 102, 103, 104, 105, 40);
    assertThat(lab.tc("-s -j qdisc show eth0"))
        .contains("\"backlog\":0,\"qlen\":0")
        .doesNotContain("\"qlen\":1", "\"qlen\":-");
  }
}
