package dev.patchbay.it.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Requires;
import dev.patchbay.stack.oracle.rules.Differential;
import dev.patchbay.stack.oracle.rules.OurFilter;
import java.util.List;
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

  @Test
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  void doesWithPacketsWhatTheKernelDoes() throws Exception {
    try (KernelFilter theirs = new KernelFilter(false);
        OurFilter ours = new OurFilter()) {
      List<String> differences = new Differential(theirs, ours, false).run(FIRST, SEEDS);
      assertThat(differences).as(String.join("\n", differences)).isEmpty();
    }
  }
}
