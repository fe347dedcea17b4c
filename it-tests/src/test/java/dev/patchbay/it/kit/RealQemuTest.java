package dev.patchbay.it.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.it.Images;
import dev.patchbay.it.Repository;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.PlugAddress;
import dev.patchbay.qemu.process.QemuBinary;
import dev.patchbay.qemu.process.QemuCommand;
import dev.patchbay.qemu.process.QemuProcess;
import dev.patchbay.qemu.qmp.QmpClient;
import dev.patchbay.qemu.qmp.QmpEvent;
import dev.patchbay.qemu.qmp.QmpException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** QMP client and process against the system's QEMU and, where it can be had, QEMU 11. */
@Timeout(60)
class RealQemuTest {
  private static final Duration LIMIT = Duration.ofSeconds(15);

  @TempDir Path folder;

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(15, TimeUnit.SECONDS);
  }

  private QemuProcess start(QemuCommand.Builder command) throws IOException {
    QemuCommand line = command.qmp(folder.resolve("qmp.sock")).build();
    return QemuProcess.start(line, Repository.output("guests/" + folder.getFileName() + ".log"));
  }

  private static QemuBinary system(String program) throws IOException {
    return QemuBinary.find(program).orElseThrow();
  }

  @Test
  @Requires("qemu-arm")
  void machineNoneStartsAnswersAndQuits() throws Exception {
    QemuBinary binary = system("qemu-system-arm");
    try (QemuProcess qemu = start(QemuCommand.ofMachine(binary, "none"))) {
      qemu.awaitQmp(LIMIT);
      QmpClient qmp = qemu.qmp();
      assertThat(get(qmp.version())).isEqualTo(binary.version());
      assertThat(get(qmp.queryStatus())).isEqualTo("running");
      assertThat(get(qmp.kick())).isTrue();
      assertThat(get(qmp.queryStatus())).isEqualTo("running");
      assertThatThrownBy(() -> get(qmp.execute("set_link", Map.of("name", "x"))))
          .hasCauseInstanceOf(QmpException.class)
          .hasMessageContaining("up");

      get(qmp.quit());
      assertThat(qemu.awaitExit(LIMIT)).isZero();
    }
  }

  @Test
  @Requires("qemu-arm")
  void aSecondClientIsToldThatTheSocketIsHeldAndServedLater() throws Exception {
    try (QemuProcess qemu = start(QemuCommand.ofMachine(system("qemu-system-arm"), "none"))) {
      qemu.awaitQmp(LIMIT);
      get(qemu.qmp().version());
      try (QmpClient second = new QmpClient(qemu.qmp().socket())) {
        assertThatThrownBy(() -> get(second.version()))
            .hasMessageContaining("another client holds");
        qemu.qmp().close();
        assertThat(get(second.queryStatus())).isEqualTo("running");
        get(second.quit());
      }
      assertThat(qemu.awaitExit(LIMIT)).isZero();
    }
  }

  @Test
  @Requires("qemu-arm")
  void aClientThatLeavesInARepairLeavesNoStoppedMachine() throws Exception {
    try (QemuProcess qemu = start(QemuCommand.ofMachine(system("qemu-system-arm"), "none"))) {
      qemu.awaitQmp(LIMIT);
      Path socket = qemu.qmp().socket();
      qemu.qmp().close();
      for (int i = 0; i < 60; i++) {
        try (QmpClient client = new QmpClient(socket)) {
          assertThat(get(client.queryStatus())).as("round %d", i).isEqualTo("running");
          client.kick();
          // from before its question to behind its answers
          Thread.sleep(Duration.ofNanos(i * 50_000L));
        }
      }
      try (QmpClient last = new QmpClient(socket)) {
        assertThat(get(last.queryStatus())).isEqualTo("running");
        get(last.quit());
      }
    }
  }

  @Test
  @Requires("qemu-arm")
  void aStreamsComingAndGoingIsHeardAndItsLinkIsGuarded() throws Exception {
    plugAndUnplug(system("qemu-system-arm"));
  }

  @Test
  @Requires("qemu-11")
  void theSameOnQemu11() throws Exception {
    plugAndUnplug(QemuBinary.unpacked(Images.folder("qemu-11"), "qemu-system-arm"));
  }

  private void plugAndUnplug(QemuBinary binary) throws Exception {
    Path plug = folder.resolve("net0.sock");
    Netdev netdev = Netdev.server(PlugAddress.unix(plug), binary.version());
    QemuCommand.Builder command =
        QemuCommand.of(binary, Board.AST2500_EVB).nic(netdev, "").paused();
    try (QemuProcess qemu = start(command)) {
      qemu.awaitQmp(LIMIT);
      QmpClient qmp = qemu.qmp();
      assertThat(get(qmp.netClients()))
          .anyMatch(c -> c.name().equals("n0") && c.needsPeer() && !c.hasPeer());
      assertThat(get(qmp.kick())).as("a paused guest stays paused").isFalse();
      get(qmp.setLink("n0", false));
      assertThatThrownBy(() -> get(qmp.setLink("n0", true)))
          .hasMessageContaining("stream is not connected");

      CompletableFuture<QmpEvent> coming = qmp.nextEvent(QmpEvent.NETDEV_STREAM_CONNECTED);
      CompletableFuture<QmpEvent> going = qmp.nextEvent(QmpEvent.NETDEV_STREAM_DISCONNECTED);
      try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(plug))) {
        assertThat(get(coming).netdev()).isEqualTo("n0");
        assertThat(get(qmp.netClients())).anyMatch(c -> c.name().equals("n0") && c.hasPeer());
        get(qmp.setLink("n0", true));
      }
      assertThat(get(going).netdev()).isEqualTo("n0");
    }
  }

  @Test
  @Requires("qemu-11")
  void qemu11ComesBackToAPlugThatWasClosed() throws Exception {
    QemuBinary binary = QemuBinary.unpacked(Images.folder("qemu-11"), "qemu-system-arm");
    Path plug = folder.resolve("net0.sock");
    Netdev netdev = new Netdev.Stream(PlugAddress.unix(plug), false, Duration.ofMillis(100));
    QemuCommand.Builder command =
        QemuCommand.of(binary, Board.AST2500_EVB).nic(netdev, "").paused();
    try (QemuProcess _ = start(command);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(plug));
      for (int time = 0; time < 3; time++) {
        server.accept().close();
      }
    }
  }

  @Test
  @Requires("qemu-arm")
  void whatQemuRefusesIsReadInItsMessages() throws Exception {
    QemuCommand.Builder command =
        QemuCommand.ofMachine(system("qemu-system-arm"), "none").more("-frobnicate");
    try (QemuProcess qemu = start(command)) {
      assertThat(qemu.awaitExit(LIMIT)).isEqualTo(1);
      assertThat(qemu.messages()).contains("-frobnicate: invalid option");
    }
  }

  @Test
  @Requires({"qemu-arm", "qemu-x86"})
  void everyBoardTakesEveryNetdevOfItsVersion() throws Exception {
    for (Board board : Board.values()) {
      QemuBinary binary = system(board.program());
      Path unix = folder.resolve("a,b.sock");
      List<Netdev> netdevs =
          List.of(
              Netdev.server(PlugAddress.unix(unix), binary.version()),
              Netdev.server(PlugAddress.inet("127.0.0.1", 0), binary.version()),
              new Netdev.Socket(PlugAddress.inet("127.0.0.1", 0), true),
              new Netdev.Dgram(PlugAddress.unix(unix), PlugAddress.unix(folder.resolve("r"))),
              new Netdev.User("restrict=on"));
      for (Netdev netdev : netdevs) {
        QemuCommand.Builder command =
            QemuCommand.of(binary, board).nic(netdev, "52:54:00:00:00:01").paused();
        try (QemuProcess qemu = start(command)) {
          qemu.awaitQmp(LIMIT);
          assertThat(get(qemu.qmp().netClients()))
              .as(board + " " + netdev)
              .anyMatch(client -> client.name().equals("n0"))
              .anyMatch(client -> client.info().contains("macaddr=52:54:00:00:00:01"));
        }
        Files.deleteIfExists(unix);
      }
    }
  }
}
