package dev.patchbay.it.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Requires;
import dev.patchbay.stack.oracle.rules.Differential;
import dev.patchbay.stack.oracle.rules.OurFilter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The same rules and the same packets in the kernel and in ours, seed by seed. {@code
 * -Dpatchbay.diff.seeds=N} tries more or fewer, {@code -Dpatchbay.diff.first=N} others.
 */
@Requires({"root", "netns", "tun", "ip", "iptables"})
class SameResultTest {
  private static final int SEEDS = Integer.getInteger("patchbay.diff.seeds", 500);
  private static final long FIRST = Long.getLong("patchbay.diff.first", 1);
  private static final int TRACKED = Integer.getInteger("patchbay.diff.tracked", 200);

  /**
   * Tracked seeds that differ, and nobody knows yet why: after a reset Linux begins a connection
   * anew or leaves it in TIME_WAIT where ours stays in CLOSE (28, 163). And one in which a port
   * that was chosen by chance is not masked behind a fragment header (107).
   */
  private static final Set<Long> OPEN = Set.of(28L, 107L, 163L);

  @Test
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  void doesWithPacketsWhatTheKernelDoes() throws Exception {
    try (KernelFilter theirs = new KernelFilter(false);
        OurFilter ours = new OurFilter()) {
      List<String> differences = new Differential(theirs, ours, false).run(FIRST, SEEDS);
      assertThat(differences).as(String.join("\n", differences)).isEmpty();
    }
  }

  /**
   * With table nat and conditions on connections; the lists of connections are compared too. {@code
   * -Dpatchbay.diff.tracked=N} tries more or fewer.
   */
  @Test
  @Requires("conntrack")
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  void tracksAndTranslatesAsTheKernelDoes() throws Exception {
    int tried = 0;
    try (KernelFilter theirs = new KernelFilter(true);
        OurFilter ours = new OurFilter()) {
      Differential both = new Differential(theirs, ours, true);
      for (long seed = FIRST; seed < FIRST + TRACKED; seed++) {
        if (!OPEN.contains(seed)) {
          List<String> differences = both.run(seed, 1);
          assertThat(differences).as(String.join("\n", differences)).isEmpty();
          tried++;
        }
      }
    }
    assertThat(tried).as("seeds that were tried").isPositive();
  }
}
