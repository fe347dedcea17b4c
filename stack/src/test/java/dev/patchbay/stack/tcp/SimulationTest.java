package dev.patchbay.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.packet.PacketPool;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Transfers between two engines over bad links, by seed ({@link Scenario}): each byte-exact both
 * ways, without a leak or an unexplained stall. A failing seed is printed with its parameters;
 * {@code -Dpatchbay.tcp.seed=N} replays it alone and prints each packet.
 */
class SimulationTest {
  private static final String SEED = "patchbay.tcp.seed";
  private static final long POOL = 256L << 20;

  @Test
  void twentyThousandSeeds() {
    Long alone = Long.getLong(SEED);
    if (alone == null) {
      run(1, 20_000);
    } else {
      replay(alone);
    }
  }

  @Test
  @Tag("full")
  void fiftyThousandMore() {
    run(20_001, 70_000);
  }

  private static void replay(long seed) {
    Simulation one = new Simulation(new Scenario(seed), new PacketPool(POOL, true));
    System.out.println(one.describe(null));
    one.trace().run();
    System.out.println(one.describe(null));
  }

  /** Each thread keeps its pool, so that most packets are not allocated anew. */
  private static final ThreadLocal<PacketPool> POOLS =
      ThreadLocal.withInitial(() -> new PacketPool(POOL, false));

  private static void run(long from, long to) {
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    LongAdder packets = new LongAdder();
    long begin = System.nanoTime();
    LongStream.rangeClosed(from, to).parallel().forEach(seed -> one(seed, failures, packets));
    System.out.printf(
        "%d seeds, %d packets in %d ms%n",
        to - from + 1, packets.sum(), (System.nanoTime() - begin) / 1_000_000);
    List<String> first = failures.stream().limit(10).toList();
    assertThat(failures.size())
        .as("failing seeds, replay by -D%s=N:%n%s", SEED, String.join("\n", first))
        .isZero();
  }

  private static void one(long seed, Queue<String> failures, LongAdder packets) {
    Simulation simulation = new Simulation(new Scenario(seed), POOLS.get());
    try {
      simulation.run();
      packets.add(simulation.ab.carried + simulation.ba.carried);
    } catch (AssertionError | RuntimeException e) {
      POOLS.remove();
      failures.add(simulation.describe(e));
    }
  }
}
