package dev.patchbay.backend.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.qemu.qmp.FakeQmp;
import dev.patchbay.qemu.qmp.QmpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A monitor against a socket of this process, on the real loop. */
@Timeout(30)
class GuestMonitorTest {
  @TempDir Path dir;
  private final NettyLoop loop = new NettyLoop("monitor-test");
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final Plug plug = new Plug();
  private Path socket;
  private GuestMonitor monitor;

  /** The plug that is looked after. */
  private static final class Plug implements GuestMonitor.Cable {
    volatile boolean stalled;
    volatile long frames;

    @Override
    public String name() {
      return "net0";
    }

    @Override
    public String address() {
      return "/run/net0.sock";
    }

    @Override
    public boolean stalled() {
      return stalled;
    }

    @Override
    public long framesFromGuest() {
      return frames;
    }

    @Override
    public boolean isStream() {
      return true;
    }
  }

  private final MonitorListener listener =
      new MonitorListener() {
        @Override
        public void monitor(String port, boolean connected, String detail) {
          told.add(port + (connected ? " connected " + detail : " gone"));
        }

        @Override
        public void repaired(String port, RepairPolicy.Cause cause, long count) {
          told.add(port + " repaired " + cause + " " + count);
        }

        @Override
        public void qemu(String port, String event, Map<String, Object> data) {
          told.add(port + " " + event + " " + data);
        }

        @Override
        public void link(String port, boolean up) {
          told.add(port + " link " + up);
        }
      };

  @BeforeEach
  void make() {
    socket = dir.resolve("q");
    monitor = new GuestMonitor(loop, plug, new QmpClient(socket), listener);
  }

  @AfterEach
  void close() {
    onLoop(monitor::close);
    loop.close();
  }

  private void onLoop(Runnable task) {
    Callable<Boolean> call =
        () -> {
          task.run();
          return true;
        };
    loop.submit(call).join();
  }

  private String next() throws InterruptedException {
    return String.valueOf(told.poll(10, TimeUnit.SECONDS));
  }

  private static void expect(FakeQmp qemu, String... commands) throws InterruptedException {
    for (String command : commands) {
      assertThat(qemu.heard.poll(10, TimeUnit.SECONDS)).isEqualTo(command);
    }
  }

  @Test
  void aSocketThatIsNotThereIsWaitedFor() throws Exception {
    onLoop(monitor::start);
    onLoop(monitor::attached);
    plug.stalled = true;
    onLoop(monitor::stalled);
    assertThat(told.poll(700, TimeUnit.MILLISECONDS)).isNull();
    try (FakeQmp qemu = new FakeQmp(socket)) {
      assertThat(next()).isEqualTo("net0 connected 7.2.22");
      // the stall is older than the connection
      expect(qemu, "query-status", "stop", "cont");
      assertThat(next()).isEqualTo("net0 repaired RECEIVE 1");
      plug.stalled = false;
      qemu.hangUp();
      assertThat(next()).isEqualTo("net0 gone");
      assertThat(next()).isEqualTo("net0 connected 7.2.22");
      assertThat(told).as("our own STOP and RESUME are no news").isEmpty();
    }
  }

  @Test
  void aPausedMachineIsLeftAlone() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket)) {
      qemu.run(false);
      onLoop(monitor::start);
      assertThat(next()).isEqualTo("net0 connected 7.2.22");
      plug.stalled = true;
      onLoop(monitor::stalled);
      expect(qemu, "query-status", "query-status");
      qemu.run(true);
      assertThat(next()).isEqualTo("net0 RESUME {}");
      assertThat(next()).isEqualTo("net0 repaired RECEIVE 1");
      assertThat(qemu.heard).endsWith("stop", "cont");
      assertThat(qemu.heard).containsOnlyOnce("stop");
    }
  }

  @Test
  void anOwnersPauseInTheInstantOfARepairIsToldAndLeftAlone() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket)) {
      qemu.before("query-status", () -> qemu.run(false));
      onLoop(monitor::start);
      assertThat(next()).isEqualTo("net0 connected 7.2.22");
      plug.stalled = true;
      onLoop(monitor::stalled);
      assertThat(next()).isEqualTo("net0 STOP {}");
      expect(qemu, "query-status", "query-status");
      assertThat(qemu.isRunning()).isFalse();
    }
  }

  @Test
  void aGuestThatIsSilentAfterItCameBackIsRepaired() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket)) {
      onLoop(monitor::start);
      assertThat(next()).isEqualTo("net0 connected 7.2.22");
      onLoop(monitor::attached);
      onLoop(monitor::detached);
      onLoop(monitor::attached);
      expect(qemu, "query-status", "stop", "cont");
      assertThat(next()).isEqualTo("net0 repaired TRANSMIT 1");
      onLoop(() -> assertThat(monitor.repairs()).isEqualTo(1));
    }
  }

  @Test
  void whatQemuTellsOfTheMachineIsPassedOn() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket)) {
      onLoop(monitor::start);
      assertThat(next()).isEqualTo("net0 connected 7.2.22");
      qemu.event("NIC_RX_FILTER_CHANGED", "{\"path\": \"x\"}");
      qemu.run(false);
      qemu.event("RESET", "{\"guest\": true}");
      assertThat(next()).isEqualTo("net0 STOP {}");
      assertThat(next()).isEqualTo("net0 RESET {guest=true}");
    }
  }

  @Test
  void theCableIsPulledOfTheNetdevThatIsOurs() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket)) {
      qemu.on(
          "human-monitor-command",
          "\"return\": \"nic.0: index=0,type=nic,model=e1000\\r\\n"
              + " \\\\ a: index=0,type=stream,unix:/run/other.sock\\r\\n"
              + " \\\\ b: index=0,type=stream,unix:/run/net0.sock\\r\\n\"");
      onLoop(monitor::start);
      assertThat(next()).isEqualTo("net0 connected 7.2.22");
      monitor.carrier(false).get(10, TimeUnit.SECONDS);
      assertThat(next()).isEqualTo("net0 link false");
      monitor.carrier(true).get(10, TimeUnit.SECONDS);
      assertThat(next()).isEqualTo("net0 link true");
      assertThat(qemu.heard)
          .contains(
              "set_link {\"name\":\"b\",\"up\":false}", "set_link {\"name\":\"b\",\"up\":true}");

      qemu.on("human-monitor-command", "\"return\": \"x: index=0,type=user,net=10.0.2.0\\r\\n\"");
      assertThatThrownBy(() -> monitor.carrier(false).get(10, TimeUnit.SECONDS))
          .hasMessageContaining("which of QEMU's netdevs is its cable? There is none");
    }
  }

  @Test
  void tellsAgainOfAPulledCable() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket)) {
      qemu.on(
          "human-monitor-command",
          "\"return\": \"b: index=0,type=stream,unix:/run/net0.sock\\r\\n\"");
      onLoop(monitor::start);
      assertThat(next()).startsWith("net0 connected");
      monitor.carrier(false).get(10, TimeUnit.SECONDS);
      while (pulls(qemu) < 3) {
        Thread.sleep(20); // the test's own limit ends it
      }
      monitor.carrier(true).get(10, TimeUnit.SECONDS);
      onLoop(() -> {});
      long told = pulls(qemu);
      Thread.sleep(1500);
      assertThat(pulls(qemu)).isEqualTo(told);
    }
  }

  private static long pulls(FakeQmp qemu) {
    return List.copyOf(qemu.heard).stream()
        .filter(line -> line.equals("set_link {\"name\":\"b\",\"up\":false}"))
        .count();
  }
}
