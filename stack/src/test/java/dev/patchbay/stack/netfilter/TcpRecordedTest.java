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
 * TCPMSS, TCPOPTSTRIP and ECN against Linux 6.1: what leaves for 240 segments with all sorts of
 * options, byte for byte ({@code tcp/record} asked it).
 */
class TcpRecordedTest {
  private final Firewall wall = new Firewall();

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  private static String text(String name) {
    try (InputStream in = TcpRecordedTest.class.getResourceAsStream("tcp/" + name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void packetsLeaveAsLinuxs() {
    wall.ip("route change default dev host0 mtu 1300");
    assertThat(wall.restore(text("rules")).stderr()).isEmpty();
    List<String> wrong = new ArrayList<>();
    int packets = 0;
    int dropped = 0;
    for (String line : text("packets.txt").lines().toList()) {
      if (!line.startsWith("#")) {
        String[] words = line.split(" ");
        wall.fromGuest(HexFormat.of().parseHex(words[0]));
        byte[] out = wall.lab.toWorld.poll();
        String ours = out == null ? "-" : HexFormat.of().formatHex(out);
        // recorded with legacy rules, which drop what ends before its flags; nf_tables' do not meet
        boolean cut = words[0].length() < 2 * (20 + 14) && words[1].equals("-");
        if (!cut && !ours.equals(words[1])) {
          wrong.add(line + "\n ours " + ours);
        }
        packets++;
        dropped += out == null ? 1 : 0;
      }
    }
    assertThat(wrong).as("%d differ\n%s", wrong.size(), String.join("\n", wrong)).isEmpty();
    assertThat(packets).isEqualTo(240);
    assertThat(dropped).as("cut short").isPositive();
  }
}
