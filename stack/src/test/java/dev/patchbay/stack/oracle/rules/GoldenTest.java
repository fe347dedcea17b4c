package dev.patchbay.stack.oracle.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel once made of rules and packets, ours makes of them too. */
class GoldenTest {
  private static List<String> file(int seed) throws IOException {
    String name = "seed-" + seed + ".txt";
    try (InputStream in = GoldenTest.class.getResourceAsStream(name)) {
      byte[] all = Objects.requireNonNull(in, name).readAllBytes();
      return new String(all, StandardCharsets.UTF_8).lines().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void doesWhatTheKernelDid(int seed) throws IOException {
    Golden golden = Golden.parse(file(seed));
    assertThat(golden.outcome().passages()).hasSizeGreaterThan(10);
    List<String> differences = golden.outcome().against(golden.replay(new OurFilter()));
    assertThat(differences).as(String.join("\n", differences)).isEmpty();
  }

  /** A comparison that finds nothing might look at nothing: rules that the kernel did not have. */
  @Test
  void noticesOtherRules() throws IOException {
    Golden golden = Golden.parse(file(1));
    String other = golden.four().replace(":FORWARD ACCEPT", ":FORWARD DROP");
    Golden changed = new Golden(other, golden.six(), golden.outcome());
    assertThat(golden.outcome().against(changed.replay(new OurFilter()))).isNotEmpty();
  }

  /** A part that differs is found, and what it does not need goes. */
  @Test
  void shrinksToWhatMatters() throws IOException {
    Trial trial = Trial.of(1, false, 8);
    Shrinker shrinker =
        new Shrinker(some -> {
          boolean rule = some.four().stream().anyMatch(text -> text.line().contains("-j"));
          return rule && some.steps().size() >= 3;
        });
    Trial least = shrinker.shrink(trial);
    assertThat(least.steps()).hasSize(3);
    List<RuleSource.RuleText> left = new ArrayList<>(least.four());
    left.addAll(least.six());
    left.removeIf(rule -> !rule.rule());
    assertThat(left).hasSize(1);
  }
}
