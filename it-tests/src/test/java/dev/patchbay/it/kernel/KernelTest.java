package dev.patchbay.it.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Requires;
import dev.patchbay.stack.random.RandomSource;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Goodput under loss and delay, ours beside the kernel's. */
@Requires({"root", "netns", "tun", "ip"})
class KernelTest {
  @Test
  @Timeout(60)
  void allWaysOfACellMeetTheFateOfItsSeed() throws Exception {
    Cell cell = new Cell(1, 20);
    long seed = 3;
    Outcome outcome = new Comparison(List.of(cell), 1, seed, 1).run(System.out);
    assertThat(outcome.runs()).hasSize(Way.values().length);
    for (Run run : outcome.runs()) {
      // a share of what the model of RFC 9438 section 4.3 gives: sqrt (1.5 / p) segments a round
      // trip, 7 Mbit/s
      assertThat(run.goodput()).as(run.row()).isBetween(2e6, 20e6);
      RandomSource fate = new RandomSource(seed).derive("a to b");
      long lost = LongStream.range(0, run.packets()).filter(n -> fate.nextDouble() < 0.01).count();
      assertThat(run.lost()).as(run.row()).isEqualTo(lost).isPositive();
    }
  }

  /** All cells, ten seeds. */
  @Test
  @Tag("full")
  @Timeout(value = 40, unit = TimeUnit.MINUTES)
  void oursIsAsGoodAsTheKernels() throws Exception {
    Path folder = Files.createDirectories(Path.of("target", "kernel"));
    Outcome outcome;
    try (PrintStream runs =
        new PrintStream(
            Files.newOutputStream(folder.resolve("runs.tsv")), true, StandardCharsets.UTF_8)) {
      outcome = Comparison.WHOLE.run(runs);
    }
    Files.writeString(folder.resolve("table.md"), outcome.table());
    System.out.print(outcome.table());
    assertThat(outcome.misses()).isEmpty();
  }
}
