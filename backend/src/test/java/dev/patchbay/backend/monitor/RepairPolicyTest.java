package dev.patchbay.backend.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.monitor.RepairPolicy.Cause;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepairPolicyTest {
  private static final long MS = 1_000_000;
  private static final long S = 1000 * MS;

  private final RepairPolicy policy = new RepairPolicy();
  private final List<Long> repairs = new ArrayList<>();

  /** Lets time pass from one to the other; repairs are done when due, and noted in ms. */
  private void pass(long from, long to, boolean stalled, long frames) {
    for (long now = from; now < to; now += 10 * MS) {
      if (stalled) {
        policy.stalled(now);
      }
      if (now >= policy.deadline()) {
        Cause cause = policy.due(now, stalled, frames);
        if (cause != null) {
          policy.repaired(now, cause, true);
          repairs.add(now / MS);
        }
      }
    }
  }

  @Test
  void aLastingStallIsRepairedLessAndLessOften() {
    pass(0, 200 * S, true, 1);
    assertThat(repairs)
        .containsExactly(400L, 1400L, 3400L, 7400L, 15400L, 31400L, 63400L, 123400L, 183400L);
  }

  @Test
  void aShortStallIsNoWedge() {
    pass(0, 300 * MS, true, 1);
    pass(300 * MS, 10 * S, false, 1);
    assertThat(repairs).isEmpty();
    assertThat(policy.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aStallLongAfterTheLastIsANewOne() {
    pass(0, 2 * S, true, 1);
    pass(2 * S, 90 * S, false, 1);
    pass(90 * S, 92 * S, true, 1);
    assertThat(repairs).containsExactly(400L, 1400L, 90_400L, 91_400L);
  }

  @Test
  void whatCouldNotBeDoneIsDueAgain() {
    policy.stalled(0);
    assertThat(policy.due(400 * MS, true, 1)).isEqualTo(Cause.RECEIVE);
    policy.repaired(400 * MS, Cause.RECEIVE, false);
    assertThat(policy.deadline()).isEqualTo(1400 * MS);
    assertThat(policy.due(1400 * MS, true, 1)).isEqualTo(Cause.RECEIVE);
  }

  @Test
  void aGuestThatIsSilentAfterItCameBackIsRepairedOnce() {
    policy.attached(0, 0, true);
    pass(0, 5 * S, false, 7);
    policy.detached();
    policy.attached(20 * S, 7, true);
    pass(20 * S, 100 * S, false, 7);
    assertThat(repairs).containsExactly(21_000L);
  }

  @Test
  void aGuestThatBootsMayBeSilentForLonger() {
    policy.attached(0, 0, true);
    assertThat(policy.deadline()).isEqualTo(10 * S);
    pass(0, 9 * S, false, 0);
    pass(9 * S, 60 * S, false, 1);
    assertThat(repairs).isEmpty();
  }

  @Test
  void datagramsHaveNoPeerThatLeaves() {
    policy.attached(0, 0, false);
    policy.detached();
    policy.attached(0, 0, false);
    assertThat(policy.deadline()).isEqualTo(Long.MAX_VALUE);
  }
}
