package dev.patchbay.stack.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Counting the connections of networks. */
class ConnectionCountTest {
  private static final long SECOND = 1_000_000_000L;

  private final VirtualLoop loop = new VirtualLoop();
  private final Conntrack conntrack = new Conntrack(loop, new RandomSource(1), new Limits());
  private final ConnectionCount count = conntrack.count();
  private int made;

  private Connection unconfirmed(int protocol) {
    Tuple original = new Tuple();
    original.srcLo = 0xffff_0a00_0000L + (made >>> 16);
    original.dstLo = 0xffff_c000_0207L;
    original.source = made++ & 0xffff;
    original.protocol = protocol;
    Tuple reply = new Tuple();
    reply.invert(original);
    return conntrack.describe(original, reply, 0, 3);
  }

  private Connection confirmed() {
    Connection c = unconfirmed(IpProtocol.UDP);
    conntrack.insert(c, 1000 * SECOND);
    return c;
  }

  private boolean exceeds(Connection c, long network, long limit) {
    return count.exceeds(c, 0, network, limit, loop.now());
  }

  @Test
  void nothingStaysOfWhatIsDropped() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(exceeds(unconfirmed(IpProtocol.TCP), i, 1)).isFalse();
    }
    assertThat(exceeds(unconfirmed(IpProtocol.TCP), 1, 0)).isTrue();
    assertThat(count.size()).isZero();
  }

  @Test
  void whatIsLetThroughIsRememberedAfterwards() {
    for (int i = 0; i < 3; i++) {
      Connection c = unconfirmed(IpProtocol.UDP);
      assertThat(exceeds(c, 7, 2)).isEqualTo(i == 2);
      conntrack.insert(c, SECOND);
    }
    assertThat(exceeds(confirmed(), 7, 3)).isTrue();
    loop.runFor(2 * SECOND);
    assertThat(exceeds(confirmed(), 7, 2)).isFalse();
  }

  @Test
  void networksThatHaveNoneAreForgotten() {
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Connection c = confirmed();
      exceeds(c, i, 1);
      all.add(c);
    }
    assertThat(count.size()).isEqualTo(1000);
    all.forEach(conntrack::kill);
    for (int i = 0; i < 1000; i++) {
      Connection c = confirmed();
      exceeds(c, 5000 + i, 1);
      conntrack.kill(c);
    }
    assertThat(count.size()).isLessThan(10);
  }

  /** Against a count of sets. */
  @Test
  void asASetWouldCount() {
    Random random = new Random(1);
    List<Connection> alive = new ArrayList<>();
    List<Set<Connection>> networks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      networks.add(new HashSet<>());
    }
    for (int step = 0; step < 20_000; step++) {
      if (alive.isEmpty() || alive.size() < 100 && random.nextBoolean()) {
        alive.add(confirmed());
      }
      int at = random.nextInt(alive.size());
      if (random.nextInt(3) == 0) {
        Connection gone = alive.remove(at);
        conntrack.kill(gone);
        networks.forEach(network -> network.remove(gone));
      } else {
        int network = random.nextInt(networks.size());
        networks.get(network).add(alive.get(at));
        int limit = random.nextInt(20);
        boolean isAbove = networks.get(network).size() > limit;
        boolean first = exceeds(alive.get(at), network, limit);
        assertThat(first || !isAbove).as("never too few, step %d", step).isTrue();
        for (int i = 0; i < 20; i++) {
          exceeds(alive.get(at), network, limit);
        }
        assertThat(exceeds(alive.get(at), network, limit)).as("step %d", step).isEqualTo(isAbove);
      }
    }
  }

  @Test
  void onePacketLooksAtFew() {
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(confirmed());
      exceeds(all.getLast(), 7, 1000);
    }
    all.forEach(conntrack::kill);
    for (int i = 0; i < 6; i++) {
      assertThat(exceeds(unconfirmed(IpProtocol.TCP), 7, 1)).as("packet %d", i).isTrue();
    }
    assertThat(exceeds(unconfirmed(IpProtocol.TCP), 7, 1)).isFalse();
  }

  @Test
  void oneMoreNetworkSweepsNoOther() {
    for (int i = 0; i < 1000; i++) {
      exceeds(confirmed(), 7, 10_000);
    }
    conntrack.all().forEach(conntrack::kill);
    exceeds(confirmed(), 8, 1);
    assertThat(exceeds(null, 7, 900)).isTrue();
  }
}
