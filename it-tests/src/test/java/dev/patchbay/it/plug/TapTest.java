package dev.patchbay.it.plug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Netns;
import dev.patchbay.it.Requires;
import java.io.EOFException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The host's own TAP as a cable: its kernel is the machine. */
@Timeout(60)
@Requires({"root", "netns", "tun", "daemon"})
class TapTest {
  private static void ok(Netns netns, String command) throws Exception {
    netns.exec(command.split(" ", -1)).ok();
  }

  private static boolean connected(Daemon daemon) throws Exception {
    return daemon.get("/v1/ports").get(0).path("connected").asBoolean();
  }

  @Test
  void aTapIsACableUntilItIsRemoved() throws Exception {
    try (Netns host = Netns.create()) {
      ok(host, "ip tuntap add dev tap0 mode tap");
      try (Daemon daemon = Daemon.start(host, "--tap", "tap0,name=wire")) {
        assertThat(daemon.ready().path("ports").get(0).path("address").asString(""))
            .isEqualTo("tap0");
        ok(host, "ip link set tap0 up");
        ok(host, "ip addr add 10.0.2.15/24 dev tap0");
        // frames of all sizes up to the MTU, the shortest ones padded by nobody
        for (String size : new String[] {"0", "1", "1472"}) {
          ok(host, "ping -n -c 2 -i 0.1 -W 5 -s " + size + " 10.0.2.2");
        }
        assertThat(connected(daemon)).isTrue();
        // it is down for a while: what is sent meanwhile is lost, and nothing else
        ok(host, "ip link set tap0 down");
        ok(host, "ip link set tap0 up");
        ok(host, "ping -n -c 2 -i 0.1 -W 5 10.0.2.2");

        ok(host, "ip link del tap0");
        while (connected(daemon)) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(daemon.log()).contains("wire: detached");
        assertThat(daemon.exec("ip", "addr").succeeded()).isTrue();
        assertThat(daemon.stop()).isZero();
      }
    }
  }

  @Test
  void aTapThatIsTakenOrForbiddenIsNamed(@TempDir Path dir) throws Exception {
    try (Netns host = Netns.create()) {
      ok(host, "ip tuntap add dev tap0 mode tap");
      try (Daemon first = Daemon.start(host, "--tap", "tap0")) {
        assertThat(connected(first)).isTrue();
        assertThatThrownBy(() -> Daemon.start(host, "--tap", "tap0"))
            .isInstanceOf(EOFException.class)
            .hasMessageContaining("ended with 1")
            .hasMessageContaining("tap0")
            .hasMessageContaining("busy");
      }
      assertThatThrownBy(() -> Daemon.start(host, "--tap", "lo"))
          .hasMessageContaining("ended with 1")
          .hasMessageContaining("--tap 'lo': lo: is no TAP interface");
      assertThatThrownBy(() -> Daemon.start(host, "--tap", "tap1"))
          .hasMessageContaining("ended with 1")
          .hasMessageContaining(
              "--tap 'tap1': tap1: there is no such interface; make it first: `ip tuntap add tap1"
                  + " mode tap user $USER` and `ip link set tap1 up`");
      assertThat(host.exec("ip", "link", "show", "tap1").succeeded()).as("none was made").isFalse();
      ok(host, "ip tuntap add dev tap1 mode tap user 1");
      List<String> wrapper = new ArrayList<>(host.wrapper());
      wrapper.addAll(List.of("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"));
      assertThatThrownBy(() -> Daemon.startIn(dir, wrapper, "--tap", "tap1"))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("ended with 1")
          .hasMessageContaining("tap1")
          .hasMessageContaining("not permitted");
    }
  }
}
