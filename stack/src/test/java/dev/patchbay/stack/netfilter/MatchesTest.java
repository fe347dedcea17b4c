package dev.patchbay.stack.netfilter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Matches against what Linux counted for the same packets: {@code matches.txt} has it. */
class MatchesTest {
  @TestFactory
  Stream<DynamicTest> countAsLinuxDoes() throws IOException {
    List<String> recorded;
    try (InputStream in = MatchesTest.class.getResourceAsStream("matches.txt")) {
      byte[] all = Objects.requireNonNull(in).readAllBytes();
      recorded = new String(all, StandardCharsets.UTF_8).lines().toList();
    }
    return MatchCases.all().stream()
        .map(one -> DynamicTest.dynamicTest(one.name(), () -> compare(one, recorded)));
  }

  private static void compare(MatchCases.Case one, List<String> recorded) {
    int from = recorded.indexOf("= " + one.name());
    assertThat(from).as("recorded").isNotNegative();
    List<String> block = new ArrayList<>();
    for (int i = from + 1; i < recorded.size() && !recorded.get(i).startsWith("="); i++) {
      block.add(recorded.get(i));
    }
    assertThat(block.stream().filter(line -> line.startsWith("+ ")).map(line -> line.substring(2)))
        .as("recorded with these commands")
        .isEqualTo(one.commands());
    assertThat(block.stream().filter(line -> line.startsWith("> ")).map(line -> line.substring(2)))
        .as("recorded with these packets")
        .isEqualTo(one.packets());
    Firewall wall = new Firewall();
    for (String command : one.commands()) {
      if (command.startsWith("ip ")) {
        wall.ip(command.substring(3));
      } else {
        wall.rule(command);
      }
    }
    for (String packet : one.packets()) {
      wall.fromGuest(HexFormat.of().parseHex(packet));
    }
    List<String> counted = new ArrayList<>();
    for (String program : List.of("iptables", "ip6tables")) {
      wall.saved(program).lines().filter(line -> line.startsWith("[")).forEach(counted::add);
    }
    assertThat(counted)
        .containsExactlyElementsOf(block.stream().filter(line -> line.startsWith("[")).toList());
    wall.lab.toA.clear();
    wall.reachedWorld();
    wall.close();
  }
}
