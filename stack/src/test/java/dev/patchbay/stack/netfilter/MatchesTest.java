package dev.patchbay.stack.netfilter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
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

  @Test
  void whateverComesIsAnswered() {
    Random random = new Random(3);
    for (MatchCases.Case one : MatchCases.all()) {
      Firewall wall = wall(one);
      for (int i = 0; i < 600; i++) {
        String packet = one.packets().get(random.nextInt(one.packets().size()));
        wall.fromGuest(garbled(HexFormat.of().parseHex(packet), random));
        wall.lab.toA.clear();
        wall.reachedWorld();
      }
      String program = one.commands().getLast().split(" ")[0];
      long seen = wall.lab.stack.counters(program.equals("iptables")).inReceives;
      seen += wall.lab.pool.drops(DropReason.NETFILTER_DROP);
      assertThat(seen).as(one.name()).isGreaterThanOrEqualTo(600);
      wall.lab.toB.clear();
      wall.close();
    }
  }

  /** The packet with other bytes behind its header, or fewer; the header stays right. */
  private static byte[] garbled(byte[] packet, Random random) {
    boolean v4 = packet[0] >>> 4 == 4;
    int header = v4 ? 20 : 40;
    byte[] other =
        random.nextInt(3) == 0
            ? Arrays.copyOf(packet, header + random.nextInt(packet.length - header + 1))
            : packet;
    for (int i = random.nextInt(6); i > 0 && other.length > header; i--) {
      int at = header + random.nextInt(other.length - header);
      other[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : random.nextInt(8));
    }
    Bytes.put16(other, v4 ? 2 : 4, v4 ? other.length : other.length - header);
    if (v4) {
      Bytes.put16(other, 10, 0);
      Bytes.put16(other, 10, InternetChecksum.finish(InternetChecksum.sum(other, 0, header)));
    }
    return other;
  }

  private static Firewall wall(MatchCases.Case one) {
    Firewall wall = new Firewall();
    for (String command : one.commands()) {
      if (command.startsWith("ip ")) {
        wall.ip(command.substring(3));
      } else {
        wall.rule(command);
      }
    }
    return wall;
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
    Firewall wall = wall(one);
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
