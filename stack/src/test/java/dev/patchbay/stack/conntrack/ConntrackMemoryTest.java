package dev.patchbay.stack.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.IpProtocol;
import java.lang.ref.Reference;
import org.junit.jupiter.api.Test;

/** What a tracked connection of TCP keeps of the heap, the table that it stands in included. */
class ConntrackMemoryTest {
  /** Just above a growth of all segments of the table, where it is least full. */
  private static final int CONNECTIONS = 180_000;

  private static final int MOST = 300;

  private static Conntrack filled(int count) {
    Conntrack conntrack = new Conntrack(new VirtualLoop(), new RandomSource(1));
    IpAddress source = IpAddress.parse("10.0.0.1");
    IpAddress destination = IpAddress.parse("192.0.2.7");
    Tuple original = new Tuple();
    Tuple reply = new Tuple();
    for (int i = 0; i < count; i++) {
      original.srcHi = source.hi();
      original.srcLo = source.lo() + (i >>> 12);
      original.dstHi = destination.hi();
      original.dstLo = destination.lo();
      original.source = 1024 + (i & 0xfff);
      original.destination = 443;
      original.protocol = IpProtocol.TCP;
      reply.invert(original);
      Connection c = conntrack.describe(original, reply, 0, 3);
      assertThat(conntrack.insert(c, 1_000_000_000_000L)).isEqualTo(Conntrack.Insertion.DONE);
    }
    return conntrack;
  }

  private static long used() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  @Test
  void aConnectionTakesLessThanThreeHundredBytes() {
    Conntrack few = filled(1000); // all classes and tables are there
    long before = used();
    Conntrack many = filled(CONNECTIONS);
    long each = (used() - before) / CONNECTIONS;
    assertThat(many.size() + few.size()).isEqualTo(CONNECTIONS + 1000);
    System.err.println("EACH " + each);
    assertThat(each).isBetween(150L, (long) MOST);
    Reference.reachabilityFence(few);
    Reference.reachabilityFence(many);
  }
}
