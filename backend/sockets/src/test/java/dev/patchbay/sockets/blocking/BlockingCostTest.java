package dev.patchbay.sockets.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.patchbay.stack.socket.MessageFlags;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a call costs where nobody has to wait: one crossing to the loop, and hardly any garbage. */
@Timeout(120)
class BlockingCostTest {
  private static final int CALLS = 5000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private TwoHosts net;

  @BeforeEach
  void begin() throws Exception {
    net = new TwoHosts();
  }

  @AfterEach
  void end() {
    net.close();
  }

  @Test
  void aReadOfWhatIsThereCrossesOnce() throws Exception {
    BlockingSocket[] c = net.connection();
    fill(c);
    byte[] one = new byte[1];
    long before = net.onLoop(net.loop::turns);
    for (int i = 0; i < CALLS; i++) {
      assertThat(c[1].recv(one, 0, 1, 0)).isEqualTo(1);
    }
    long turns = net.onLoop(net.loop::turns) - before;
    // of the connection itself there may be a delayed ACK, and there is the question for the turns
    assertThat(turns).isLessThanOrEqualTo(CALLS + 5);
  }

  /** So many bytes wait to be read. */
  private static void fill(BlockingSocket[] c) throws Exception {
    byte[] data = new byte[CALLS];
    c[0].send(data, 0, CALLS, 0);
    c[1].recv(data, 0, CALLS, MessageFlags.MSG_PEEK | MessageFlags.MSG_WAITALL);
  }

  @Test
  void aReadMakesHardlyAnyGarbage() throws Exception {
    BlockingSocket[] c = net.connection();
    byte[] one = new byte[1];
    long caller = 0;
    long loop = 0;
    for (int round = 0; round < 5; round++) {
      fill(c);
      caller = threads.getCurrentThreadAllocatedBytes();
      loop = net.onLoop(threads::getCurrentThreadAllocatedBytes);
      for (int i = 0; i < CALLS; i++) {
        c[1].recv(one, 0, 1, 0);
      }
      loop = net.onLoop(threads::getCurrentThreadAllocatedBytes) - loop;
      caller = threads.getCurrentThreadAllocatedBytes() - caller;
    }
    System.out.println(
        "bytes allocated by a read: " + caller / CALLS + " caller, " + loop / CALLS + " loop");
    // the task with which the loop is called, and what asking for the figures takes
    assertThat(caller / CALLS).as("bytes of the caller").isLessThan(64);
    assertThat(loop / CALLS).as("bytes of the loop").isLessThan(16);
  }
}
