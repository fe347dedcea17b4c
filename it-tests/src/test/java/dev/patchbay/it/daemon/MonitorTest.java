package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.monitor.GuestMonitor;
import dev.patchbay.backend.monitor.MonitorListener;
import dev.patchbay.backend.monitor.RepairPolicy;
import dev.patchbay.it.Daemon;
import dev.patchbay.it.Guest;
import dev.patchbay.it.Images;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.PlugAddress;
import dev.patchbay.qemu.process.QemuBinary;
import dev.patchbay.qemu.qmp.QmpClient;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The wedges of QEMU's network cards, made on purpose and repaired; and the guest's cable. */
@Timeout(240)
class MonitorTest {
  private static final String MAC = "52:54:00:12:34:56";
  private static final Duration LONG = Duration.ofSeconds(60);

  /** For attempts at filling a ring; each takes some 20 s where it was not the first. */
  private static final Duration PATIENCE = Duration.ofSeconds(130);

  /** After a stall a plug sends no more than half a ring at once for 10 s, which fills none. */
  private static final Duration AFTER_A_STALL = Duration.ofSeconds(11);

  private static final int FEW = 20;

  @TempDir Path folder;

  private String qmp() {
    return folder.resolve("q").toString();
  }

  private Guest guest(Daemon daemon) throws Exception {
    Netdev netdev = new Netdev.Stream(PlugAddress.unix(daemon.plug("bmc0")), false, Duration.ZERO);
    return Guest.on(Board.AST2500_EVB)
        .nic(netdev, MAC)
        .more("-qmp", "unix:" + qmp() + ",server=on,wait=off")
        .boot();
  }

  /** Leaves the guest with nothing to say: its receive ring can fill and nothing unlocks it. */
  private static void silence(Guest guest) throws Exception {
    guest.run("ip addr add 10.0.2.77/24 dev eth0; ip link set eth0 up").ok();
    guest.runUntilOk("ping -c 1 10.0.2.2", LONG);
    guest.run("echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6; ip addr flush dev eth0").ok();
  }

  /**
   * Fills the guest's receive ring while it is paused, with frames that its Linux throws away
   * without an answer, and lets it go on: the model then waits for the guest to transmit. Frames
   * that are read at once come first, so that the plug dares to send more than half a ring; on a
   * busy machine few of them are read at once.
   */
  private static void fillTheRing(Daemon daemon, Guest guest) throws Exception {
    try (SocketChannel other =
        SocketChannel.open(UnixDomainSocketAddress.of(daemon.plug("other")))) {
      for (int i = 0; i < 400; i++) {
        send(other, 60, 10);
        Thread.sleep(5);
      }
      guest.qmp().execute("stop").get(10, TimeUnit.SECONDS);
      send(other, 1000, 400);
      Thread.sleep(1000); // paused for longer than a stall takes
      guest.qmp().execute("cont").get(10, TimeUnit.SECONDS);
      Thread.sleep(2500);
    }
  }

  private static void send(SocketChannel to, int length, int count) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(4 + length);
    frame.putInt(length).put(hex(MAC)).put(hex("52:54:00:12:34:99")).putShort((short) 0x88b5);
    for (int i = 0; i < count; i++) {
      frame.clear();
      while (frame.hasRemaining()) {
        to.write(frame);
      }
    }
  }

  private static byte[] hex(String mac) {
    return java.util.HexFormat.ofDelimiter(":").parseHex(mac);
  }

  private static long received(Guest guest) throws Exception {
    return Long.parseLong(guest.run("cat /sys/class/net/eth0/statistics/rx_packets").ok().strip());
  }

  /**
   * Whether none of the frames that follow one another slowly come to the guest. It receives again
   * as soon as it has said something itself, or this fails: that is the wedge, and no other fault.
   */
  private static boolean isWedged(Daemon daemon, Guest guest) throws Exception {
    long before = received(guest);
    try (SocketChannel other =
        SocketChannel.open(UnixDomainSocketAddress.of(daemon.plug("other")))) {
      for (int i = 0; i < FEW; i++) {
        send(other, 100, 1);
        Thread.sleep(100);
      }
      if (received(guest) != before) {
        return false;
      }
    }
    guest.run("ip addr add 10.0.2.77/24 dev eth0").ok();
    guest.runUntilOk("ping -c 1 10.0.2.2", LONG);
    return true;
  }

  @Test
  @Requires({"qemu-arm", "image-ast2500", "daemon"})
  void aFullReceiveRingStaysDeadWithoutQmp() throws Exception {
    try (Daemon daemon =
            Daemon.start(
                "--listen", "unix:a.sock,name=bmc0", "--listen", "unix:b.sock,name=other");
        Guest guest = guest(daemon)) {
      silence(guest);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      fillTheRing(daemon, guest);
      boolean wedged = isWedged(daemon, guest);
      // a busy machine may let the guest empty its ring in time
      while (!wedged && System.nanoTime() < deadline) {
        Thread.sleep(AFTER_A_STALL);
        fillTheRing(daemon, guest);
        wedged = isWedged(daemon, guest);
      }
      assertThat(wedged).as("the wedge that the other test repairs").isTrue();
    }
  }

  @Test
  @Requires({"qemu-arm", "image-ast2500", "daemon"})
  void aFullReceiveRingIsRepaired() throws Exception {
    try (Daemon daemon =
            Daemon.start(
                "--listen",
                "unix:a.sock,name=bmc0,qmp=unix:" + qmp(),
                "--listen",
                "unix:b.sock,name=other");
        Guest guest = guest(daemon)) {
      silence(guest);
      long patience = System.nanoTime() + PATIENCE.toNanos();
      fillTheRing(daemon, guest);
      int pauses = 1;
      while (!daemon.log().contains("repaired by QMP stop and cont")
          && System.nanoTime() < patience) {
        Thread.sleep(AFTER_A_STALL);
        fillTheRing(daemon, guest);
        pauses++;
      }
      List<String> events = events(daemon);
      assertThat(events)
          .anyMatch(e -> e.contains("\"event\":\"qmp\"") && e.contains("\"connected\":true"))
          .anyMatch(e -> e.contains("\"event\":\"stalled\"") && e.contains("bmc0"))
          .anyMatch(e -> e.contains("\"event\":\"repaired\"") && e.contains("\"receive\""));
      assertThat(events.stream().filter(e -> e.contains("\"name\":\"STOP\"")))
          .as("the test's own pauses, and not those of the repairs")
          .hasSize(pauses);
      assertThat(daemon.log()).contains("does not receive: repaired by QMP stop and cont");
      assertThat(daemon.control().request("GET", "/v1/metrics", null).body())
          .containsPattern("patchbay_repairs_total\\{port=\"bmc0\"\\} [1-9]");
      // it receives again, though it has said nothing itself
      long before = received(guest);
      try (SocketChannel other =
          SocketChannel.open(UnixDomainSocketAddress.of(daemon.plug("other")))) {
        for (int i = 0; i < 20; i++) {
          send(other, 100, 1);
          Thread.sleep(50);
        }
      }
      // a ring's worth at each repair, and the pauses between them grow
      long deadline = System.nanoTime() + LONG.toNanos();
      while (received(guest) < before + 20 && System.nanoTime() < deadline) {
        Thread.sleep(200);
      }
      assertThat(received(guest)).isGreaterThanOrEqualTo(before + 20);
      guest.run("ip addr add 10.0.2.77/24 dev eth0").ok();
      guest.runUntilOk("ping -c 1 10.0.2.2", LONG);
    }
  }

  private static List<String> events(Daemon daemon) throws IOException {
    List<String> events = new java.util.ArrayList<>();
    try (var stream = daemon.control().open("GET", "/v1/events?since=0", null)) {
      long last = daemon.get("/v1/ports").size(); // any answer: the daemon is not behind
      assertThat(last).isPositive();
      Thread reader =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (String line = stream.readLine(); line != null; line = stream.readLine()) {
                    synchronized (events) {
                      events.add(line);
                    }
                  }
                } catch (IOException _) {
                  // closed below
                }
              });
      try {
        reader.join(Duration.ofMillis(1500));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    synchronized (events) {
      return List.copyOf(events);
    }
  }

  @Test
  @Requires({"qemu-11", "image-ast2500", "daemon"})
  void aTransmitterThatDiedWithTheOldDaemonIsRepairedByTheNew() throws Exception {
    QemuBinary binary = QemuBinary.unpacked(Images.folder("qemu-11"), "qemu-system-arm");
    Path files = folder.resolve("d");
    String[] options = {"--listen", "unix:a.sock,name=bmc0,qmp=unix:" + qmp()};
    java.nio.file.Files.createDirectory(files);
    java.nio.file.Files.setPosixFilePermissions(
        files, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    try (Daemon first = Daemon.startIn(files, List.of(), options)) {
      Netdev netdev =
          new Netdev.Stream(PlugAddress.unix(first.plug("bmc0")), false, Duration.ofMillis(200));
      try (Guest guest =
          Guest.on(Board.AST2500_EVB)
              .qemu(binary)
              .nic(netdev, MAC)
              .more("-qmp", "unix:" + qmp() + ",server=on,wait=off")
              .boot()) {
        guest.run("ip addr add 10.0.2.77/24 dev eth0; ip link set eth0 up").ok();
        guest.runUntilOk("ping -c 1 10.0.2.2", LONG);
        first.suspend();
        // fills the socket: a write of QEMU's is pending when its peer dies
        guest.run(
            "ip neigh replace 10.0.2.2 lladdr 52:55:0a:00:02:02 dev eth0; i=0;"
                + " while [ $i -lt 40 ]; do ping -c 20 -A -W 1 -s 1400 10.0.2.2 >/dev/null 2>&1 &"
                + " i=$((i+1)); done; wait",
            LONG);
        first.kill();
        try (Daemon second = Daemon.startIn(files, List.of(), options)) {
          guest.runUntilOk("ping -c 1 10.0.2.2", LONG);
          assertThat(second.log())
              .contains("bmc0: silent since it was attached: QMP stop and cont");
        }
      }
    }
  }

  @Test
  @Requires({"qemu-x86", "image-e1000", "daemon"})
  void anE1000SeesItsCablePulled() throws Exception {
    try (Daemon daemon = Daemon.start("--listen", "unix:a.sock,name=bmc0")) {
      Path plug = daemon.plug("bmc0");
      Netdev netdev = new Netdev.Stream(PlugAddress.unix(plug), false, Duration.ZERO);
      try (Guest guest =
              Guest.on(Board.E1000)
                  .nic(netdev, MAC)
                  .more("-qmp", "unix:" + qmp() + ",server=on,wait=off")
                  .boot();
          NettyLoop loop = new NettyLoop("monitor");
          GuestMonitor monitor =
              new GuestMonitor(
                  loop, new Cable(plug), new QmpClient(Path.of(qmp())), new Silent())) {
        guest.run("ip link set eth0 up").ok();
        guest.runUntilOk("[ $(cat /sys/class/net/eth0/carrier) = 1 ]", LONG);
        monitor.carrier(false).get(10, TimeUnit.SECONDS);
        guest.runUntilOk("[ $(cat /sys/class/net/eth0/carrier) = 0 ]", LONG);
        monitor.carrier(true).get(10, TimeUnit.SECONDS);
        guest.runUntilOk("[ $(cat /sys/class/net/eth0/carrier) = 1 ]", LONG);
      }
    }
  }

  /** A cable that only has its address. */
  private record Cable(Path plug) implements GuestMonitor.Cable {
    @Override
    public String name() {
      return "bmc0";
    }

    @Override
    public String address() {
      return plug.toString();
    }

    @Override
    public boolean stalled() {
      return false;
    }

    @Override
    public long framesFromGuest() {
      return 0;
    }

    @Override
    public boolean isStream() {
      return true;
    }
  }

  /** Hears nothing. */
  private static final class Silent implements MonitorListener {
    @Override
    public void monitor(String port, boolean connected, String detail) {}

    @Override
    public void repaired(String port, RepairPolicy.Cause cause, long count) {}

    @Override
    public void qemu(String port, String event, Map<String, Object> data) {}

    @Override
    public void link(String port, boolean up) {}
  }

  @Test
  @Requires("daemon")
  void theMissingSocketHarmsNobody() throws Exception {
    try (Daemon daemon = Daemon.start("--listen", "unix:a.sock,name=bmc0,qmp=unix:" + qmp())) {
      Thread.sleep(2500);
      assertThat(daemon.get("/v1/ports").size()).isEqualTo(1);
      assertThat(daemon.log()).containsOnlyOnce("(trying again every 1000 ms)");
      assertThat(daemon.stop()).isZero();
    }
  }
}
