package dev.patchbay.stack.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Connections that are waited for. */
class ExpectationTableTest {
  private static final long SECOND = 1_000_000_000L;

  private final VirtualLoop loop = new VirtualLoop();
  private final Conntrack conntrack = new Conntrack(loop, new RandomSource(1), new Limits());
  private final ExpectationTable table = conntrack.expectations();

  private static Tuple tuple(int from, int source, int destination) {
    Tuple t = new Tuple();
    t.protocol = IpProtocol.TCP;
    t.srcLo = 0xffff_0a00_0000L + from;
    t.source = source;
    t.dstLo = 0xffff_c000_0207L;
    t.destination = destination;
    return t;
  }

  private Connection master(int from, int zone) {
    Tuple original = tuple(from, 1000, 21);
    Tuple reply = new Tuple();
    reply.invert(original);
    Connection c = conntrack.describe(original, reply, zone, 3);
    conntrack.insert(c, 1000 * SECOND);
    return c;
  }

  private static Expectation of(Connection master, Tuple t) {
    Expectation e = new Expectation(master);
    e.tuple.set(t);
    return e;
  }

  private static boolean fits(Expectation e, Tuple t) {
    return t.destination == e.tuple.destination
        && (e.anySourcePort || t.source == e.tuple.source)
        && (e.anySource || t.srcLo == e.tuple.srcLo);
  }

  private static @Nullable Expectation first(List<Expectation> all, Tuple t, int zone) {
    for (Expectation e : all) {
      if (fits(e, t) && e.master.zone() == zone) {
        return e;
      }
    }
    return null;
  }

  /** Against a search of a list. */
  @Test
  void asAListWouldFind() {
    Random random = new Random(7);
    List<Connection> masters = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      masters.add(master(i, i % 2));
    }
    List<Expectation> list = new ArrayList<>();
    int found = 0;
    for (int step = 0; step < 20_000; step++) {
      Tuple t = tuple(random.nextInt(3), random.nextInt(2), random.nextInt(8));
      int zone = random.nextInt(2);
      if (random.nextBoolean()) {
        Expectation e = of(masters.get(random.nextInt(masters.size())), t);
        e.anySource = random.nextInt(4) == 0;
        e.anySourcePort = random.nextInt(4) != 0;
        int zoneOfIt = e.master.zone();
        // where it would fit two at once, which of them counts is not said
        if (list.stream().filter(o -> fits(o, t) && o.master.zone() == zoneOfIt).count() <= 1) {
          Expectation same = first(list, t, zoneOfIt);
          boolean may = same == null || same.master.equals(e.master);
          List<Expectation> own =
              list.stream().filter(there -> there.master.equals(e.master)).toList();
          assertThat(table.add(e, 300)).as("step %d", step).isEqualTo(may);
          if (may) {
            boolean many = same == null && own.size() == ExpectationTable.PER_MASTER;
            list.remove(many ? own.getFirst() : same);
            list.add(e);
          }
        }
      } else if (random.nextInt(3) == 0) {
        Expectation is = table.take(t, zone, false);
        assertThat(is == null).as("step %d", step).isEqualTo(first(list, t, zone) == null);
        assertThat(is == null || fits(is, t) && list.remove(is)).as("step %d", step).isTrue();
        found += is == null ? 0 : 1;
      } else if (!list.isEmpty() && random.nextInt(8) == 0) {
        table.remove(list.removeFirst());
      }
      assertThat(table.all()).isEqualTo(list);
    }
    assertThat(found).isGreaterThan(500);
  }

  @Test
  void eachWaitsForItsTime() {
    table.add(of(master(1, 0), tuple(1, 0, 1)), 300);
    loop.runFor(10 * SECOND);
    table.add(of(master(2, 0), tuple(1, 0, 2)), 5);
    table.add(of(master(3, 0), tuple(1, 0, 3)), 300);
    loop.runFor(6 * SECOND);
    assertThat(table.all()).extracting(e -> e.tuple.destination).containsExactly(1, 3);
    loop.runFor(285 * SECOND);
    assertThat(table.all()).extracting(e -> e.tuple.destination).containsExactly(3);
    loop.runFor(10 * SECOND);
    assertThat(table.size()).isZero();
  }

  @Test
  void theyEndWithTheirMaster() {
    Connection master = master(1, 0);
    table.add(of(master, tuple(1, 0, 1)), 300);
    table.add(of(master, tuple(1, 0, 2)), 300);
    table.add(of(master(2, 0), tuple(1, 0, 3)), 300);
    conntrack.kill(master);
    assertThat(table.all()).extracting(e -> e.tuple.destination).containsExactly(3);
  }
}
