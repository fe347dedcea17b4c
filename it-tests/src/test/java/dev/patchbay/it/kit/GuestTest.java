package dev.patchbay.it.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.it.Background;
import dev.patchbay.it.Guest;
import dev.patchbay.it.Requires;
import dev.patchbay.it.Result;
import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A guest takes commands, whatever they print, and its end is told from its silence. */
@Timeout(180)
class GuestTest {

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  @Requires({"qemu-x86", "image-e1000"})
  void aPcTakesCommands() throws Exception {
    takesCommands(Board.E1000);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  @Requires({"qemu-arm", "image-ast2500"})
  void romulusTakesCommands() throws Exception {
    takesCommands(Board.ROMULUS_BMC);
  }

  private static void takesCommands(Board board) throws Exception {
    String mac = "52:54:00:00:00:17";
    try (Guest guest = Guest.on(board).nic(new Netdev.User("restrict=on"), mac).boot()) {
      assertThat(guest.run("echo out; echo err >&2; exit 3"))
          .returns(3, Result::status)
          .returns("out\nerr\n", Result::output);
      assertThat(guest.run("printf 'no end of line'").output().strip()).isEqualTo("no end of line");
      assertThat(guest.run("cat /sys/class/net/eth0/address").ok()).isEqualTo(mac);
      assertThat(guest.dmesg()).contains("Linux version 6.1");
      assertThatThrownBy(() -> guest.run("ls /nonsense").ok())
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("/nonsense");

      assertThat(guest.run("for i in 1 2 3\ndo\n  echo \"$i 'quoted' \\ \"\ndone\nexit 4"))
          .returns(4, Result::status)
          .returns("1 'quoted' \\ \n2 'quoted' \\ \n3 'quoted' \\ \n", Result::output);
      String numbers = guest.run("i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done").ok();
      assertThat(numbers.lines().toList()).hasSize(2000).startsWith("0", "1").endsWith("1999");

      assertThat(guest.run("dmesg -n 8; for i in 1 2 3; do echo \"<3>noise\" >/dev/kmsg; done"))
          .returns(0, Result::status);
      guest.run("dmesg -n 1").ok();
      backgrounds(guest);
    }
  }

  private static void backgrounds(Guest guest) throws Exception {
    Background brief = guest.start("echo working; sleep 1; echo done; exit 5");
    Background endless = guest.start("while :; do sleep 1; done");
    assertThat(brief.await(Duration.ofSeconds(20)))
        .returns(5, Result::status)
        .returns("working\ndone\n", Result::output);
    assertThat(endless.status()).isEmpty();
    endless.stop();
    assertThat(endless.status()).hasValue(143);
    assertThat(guest.run("ps | grep -c '[b]ackground-'").output().strip()).isEqualTo("0");
    assertThatThrownBy(() -> guest.run("sleep 2", Duration.ofMillis(300)))
        .isInstanceOf(TimeoutException.class);
    assertThat(guest.run("echo still here").ok()).isEqualTo("still here");
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  @Requires({"qemu-x86", "image-e1000"})
  void aPanicAndAKilledQemuAreToldAtOnce() throws Exception {
    try (Guest guest = Guest.on(Board.E1000).append("panic=0").boot()) {
      assertThatThrownBy(() -> guest.run("echo c >/proc/sysrq-trigger"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Kernel panic - not syncing");
      guest.kill();
      assertThat(guest.qemu().isRunning()).isFalse();
      assertThatThrownBy(() -> guest.run("true")).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> Guest.on(Board.E1000).more("-frobnicate").boot())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("-frobnicate: invalid option");
  }
}
