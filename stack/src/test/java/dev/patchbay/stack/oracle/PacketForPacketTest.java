package dev.patchbay.stack.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Linux 6.1 sent for each packet of the recordings, ours sends too. */
class PacketForPacketTest {
  static Stream<String> names() {
    return Topologies.ALL.stream().map(Topology::name);
  }

  private static Comparison compared(String name) throws IOException {
    Topology topology =
        Topologies.ALL.stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    Comparison comparison = new Comparison(topology, Recording.SEED);
    return comparison.replay(Recording.of(topology), new OurRouter(), Recording.PACKETS);
  }

  @ParameterizedTest
  @MethodSource("names")
  void sendsWhatLinuxSent(String name) throws IOException {
    Comparison comparison = compared(name);
    assertThat(comparison.wrong()).as(comparison.report()).isEmpty();
  }

  /** A comparison that finds nothing might look at nothing: another packet than Linux sent. */
  @Test
  void noticesWhatDiffers() throws IOException {
    Topology two = Topologies.ALL.getFirst();
    Topology four = Topologies.ALL.get(1);
    Topology mixed =
        new Topology(two.name(), four.words(), two.stations(), two.targets(), two.either());
    Comparison comparison = new Comparison(mixed, Recording.SEED);
    comparison.replay(Recording.of(two), new OurRouter(), Recording.PACKETS);
    assertThat(comparison.wrong()).hasSizeGreaterThan(Recording.PACKETS / 10);
  }

  @Test
  void eachWantedDifferenceHasItsReason() throws IOException {
    Set<String> seen = new TreeSet<>();
    for (Topology topology : Topologies.ALL) {
      seen.addAll(compared(topology.name()).seen());
    }
    String file;
    try (InputStream in = getClass().getResourceAsStream("differences.txt")) {
      file = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
    Set<String> reasons =
        file.lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split(" -- ", 2)[0])
            .collect(Collectors.toSet());
    assertThat(reasons).containsAll(seen);
  }
}
