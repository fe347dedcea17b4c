package dev.patchbay.backend.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.random.RandomSource;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class EchoIdsTest {
  private final EchoIds ids = new EchoIds(new RandomSource(3));

  @Test
  void eachIsTakenOnceUntilItIsGivenBack() {
    BitSet seen = new BitSet();
    for (int i = 0; i < 1 << 16; i++) {
      int id = ids.take();
      assertThat(id).isBetween(0, 65_535);
      assertThat(seen.get(id)).as("%s taken twice", id).isFalse();
      seen.set(id);
    }
    assertThat(ids.take()).isEqualTo(EchoIds.NONE);
    ids.give(EchoIds.NONE);
    assertThat(ids.take()).isEqualTo(EchoIds.NONE);
    ids.give(4711);
    assertThat(ids.take()).isEqualTo(4711);
    assertThat(ids.take()).isEqualTo(EchoIds.NONE);
  }

  @Test
  void theyAreNotInOrder() {
    int first = ids.take();
    int second = ids.take();
    assertThat(second).isNotEqualTo(first + 1);
  }
}
