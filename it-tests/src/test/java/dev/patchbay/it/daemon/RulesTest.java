package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many rules, by the word and its file. How long they take is measured by {@code bench/rules}. */
@Timeout(180)
@Requires("daemon")
class RulesTest {
  private static final int MANY = 100_000;

  @TempDir Path folder;

  private Path file(String name, int network, String last) throws Exception {
    StringBuilder text = new StringBuilder("*filter\n");
    for (int i = 1; i < MANY; i++) {
      text.append("-A FORWARD -s ").append(network + (i >> 16)).append('.').append(i >> 8 & 255);
      text.append('.').append(i & 255).append(".1 -j DROP\n");
    }
    return Files.writeString(folder.resolve(name), text + last + "\nCOMMIT\n");
  }

  private String restore(Daemon daemon, Path file, int status) throws Exception {
    Process word =
        new ProcessBuilder(
                Daemon.SCRIPT.toString(),
                "--control",
                daemon.ready().path("control").asString(""),
                "iptables-restore",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(word.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(word.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(word.exitValue()).as(said).isEqualTo(status);
    return said;
  }

  @Test
  void allOrNothing() throws Exception {
    String packet = "in=net0 proto=udp dport=53 dst=192.0.2.7 src=";
    try (Daemon daemon = Daemon.start()) {
      restore(daemon, file("good", 20, "-A FORWARD -s 10.0.2.16 -j DROP"), 0);
      assertThat(daemon.exec("trace", "--packet", packet + "10.0.2.16").ok())
          .contains("FORWARD " + MANY + ": -s 10.0.2.16/32 -j DROP => DROP");

      Path wrong = file("wrong", 30, "-A FORWARD -s 10.0.2.17 -j NOWHERE");
      assertThat(restore(daemon, wrong, 2)).contains("Error occurred at line: " + (MANY + 1));
      assertThat(daemon.exec("trace", "--packet", packet + "10.0.2.16").ok())
          .as("the rules before")
          .contains("=> DROP");

      daemon.exec("iptables", "-A", "FORWARD", "-s", "10.0.2.18", "-j", "DROP").ok();
      daemon.exec("iptables", "-I", "FORWARD", "-s", "10.0.2.19", "-j", "DROP").ok();
      String saved = daemon.exec("iptables-save").ok();
      assertThat(saved.lines().filter(line -> line.startsWith("-A FORWARD"))).hasSize(MANY + 2);
      assertThat(daemon.exec("trace", "--packet", packet + "10.0.2.18").ok())
          .contains("FORWARD " + (MANY + 2) + ": -s 10.0.2.18/32 -j DROP => DROP");
    }
  }

  @Test
  void onlyTheCommandThatMakesTheFamiliesDifferWarns() throws Exception {
    try (Daemon daemon = Daemon.start()) {
      assertThat(daemon.exec("iptables", "-P", "FORWARD", "DROP").errors())
          .isEqualTo("Warning: the policy of FORWARD is DROP for IPv4, but ACCEPT for IPv6\n");
      assertThat(daemon.exec("iptables", "-A", "FORWARD", "-j", "DROP").errors()).isEmpty();
      assertThat(daemon.exec("ip6tables", "-P", "FORWARD", "DROP").errors()).isEmpty();
      assertThat(daemon.log()).containsOnlyOnce("the policy of FORWARD is DROP");
    }
  }
}
