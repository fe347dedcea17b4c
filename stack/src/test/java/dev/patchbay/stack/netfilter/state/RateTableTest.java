package dev.patchbay.stack.netfilter.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.random.RandomSource;
import org.junit.jupiter.api.Test;

/** The table of hashlimit as it grows. */
class RateTableTest {
  @Test
  void itGrowsToItsMostAndFindsAll() {
    RateConfig config =
        new RateConfig(RateConfig.SOURCE, 1_000, 5, 8_000_000, 1_000, 60_000, -1, -1, -1, -1, 0);
    RateTable table = new RateTable(config, new VirtualLoop(), new RandomSource(1).hash("test"));
    for (int i = 0; i < RateTable.MOST; i++) {
      assertThat(table.find(0, i, 0, 0, 0)).isEqualTo(i);
    }
    assertThat(table.find(0, -1, 0, 0, 0)).isEqualTo(RateTable.FULL);
    assertThat(table.size()).isEqualTo(RateTable.MOST);
    for (int i = 0; i < RateTable.MOST; i++) {
      assertThat(table.find(0, i, 0, 0, 0)).isEqualTo(i);
    }
    table.close();
  }
}
