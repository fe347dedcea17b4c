package dev.patchbay.stack.qdisc;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.patchbay.stack.packet.Packet;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is allocated for a packet once a qdisc is warm. */
class QdiscCostTest {
  private static final long FEW_BYTES = 4096;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pfifo",
        "prio",
        "tbf rate 100mbit burst 10k latency 50ms",
        "fq_codel",
        "netem delay 5ms 4ms distribution normal loss 1% 10% duplicate 1% corrupt 1% reorder 5%",
        "netem rate 100mbit loss gemodel 1% 10%",
        "netem slot 1ms 2ms"
      })
  void nothingPerPacket(String qdisc) {
    QdiscLab lab = new QdiscLab();
    lab.tc("qdisc add eth0 root " + qdisc);
    lab.eth0.plug(Packet::release);
    turn(lab, 300);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    turn(lab, 300);
    // of the test's own calls, for 6000 packets
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(FEW_BYTES);
    assertThat(lab.eth0.statistics.txPackets).as("packets that went through").isPositive();
    lab.checkNoLeaks();
  }

  private static void turn(QdiscLab lab, int times) {
    for (int i = 0; i < times; i++) {
      for (int j = 0; j < 20; j++) {
        Packet packet = lab.pool.acquire(200);
        if (packet != null) {
          packet.append(200);
          packet.l3 = packet.head + 14;
          packet.priority = j;
          lab.eth0.transmit(packet);
        }
      }
      lab.loop.runForMillis(1);
    }
  }
}
