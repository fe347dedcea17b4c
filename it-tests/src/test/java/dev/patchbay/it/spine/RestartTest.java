package dev.patchbay.it.spine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Background;
import dev.patchbay.it.Guest;
import dev.patchbay.it.Images;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.PlugAddress;
import dev.patchbay.qemu.process.QemuBinary;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Either side of a cable is killed and started again, or stands still for a while. */
@Timeout(300)
@Requires({"root", "netns", "qemu-arm", "image-ast2500", "daemon"})
class RestartTest {
  private static final int SIZE = 5_000_000;
  private static final String[] LISTEN = {"--listen", "unix:DIR/bmc0.sock,name=bmc0"};
  private static final String[] CONNECT = {"--connect", "unix:DIR/qemu.sock,name=bmc0"};
  private static final String[] DGRAM = {
    "--dgram", "local=unix:DIR/bmc0.sock,remote=unix:DIR/qemu.sock,name=bmc0"
  };

  /** QEMU 7.2 connects to us. */
  private static Netdev client(Lab lab) {
    return new Netdev.Stream(PlugAddress.unix(lab.file("bmc0.sock")), false, Duration.ZERO);
  }

  /** We connect to QEMU. */
  private static Netdev server(Lab lab) {
    return new Netdev.Stream(PlugAddress.unix(lab.file("qemu.sock")), true, Duration.ZERO);
  }

  private static Netdev dgram(Lab lab) {
    return new Netdev.Dgram(
        PlugAddress.unix(lab.file("qemu.sock")), PlugAddress.unix(lab.file("bmc0.sock")));
  }

  private static Guest boot(Lab lab, Netdev netdev) throws Exception {
    return lab.boot(Guest.on(Board.AST2500_EVB).nic(netdev, Lab.MAC));
  }

  private static Guest bootQemu11(Lab lab) throws Exception {
    QemuBinary qemu = QemuBinary.unpacked(Images.folder("qemu-11"), Board.AST2500_EVB.program());
    PlugAddress plug = PlugAddress.unix(lab.file("bmc0.sock"));
    Netdev netdev = new Netdev.Stream(plug, false, Duration.ofMillis(500));
    return lab.boot(Guest.on(Board.AST2500_EVB).qemu(qemu).nic(netdev, Lab.MAC));
  }

  /** The guest is online as the first one was. */
  private static void works(Lab lab, Guest guest) throws Exception {
    Lab.lease(guest);
    assertThat(guest.run("ip -4 addr show eth0").ok()).contains("inet 10.0.2.15/24");
    lab.download(guest, SIZE);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aKilledQemuThatConnectsIsFollowedByAnother() throws Exception {
    try (Lab lab = new Lab(LISTEN)) {
      aKilledQemuIsFollowedByAnother(lab, client(lab));
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aKilledQemuThatListensIsFollowedByAnother() throws Exception {
    try (Lab lab = new Lab(CONNECT)) {
      aKilledQemuIsFollowedByAnother(lab, server(lab));
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aKilledQemuOnDatagramsIsFollowedByAnother() throws Exception {
    try (Lab lab = new Lab(DGRAM)) {
      aKilledQemuIsFollowedByAnother(lab, dgram(lab));
    }
  }

  private static void aKilledQemuIsFollowedByAnother(Lab lab, Netdev netdev) throws Exception {
    Guest first = boot(lab, netdev);
    works(lab, first);
    first.start(lab.downloading(50 * SIZE));
    Thread.sleep(500); // somewhere within the download
    first.kill();
    works(lab, boot(lab, netdev));
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aKilledDaemonComesBackToAQemuThatListens() throws Exception {
    try (Lab lab = new Lab(CONNECT)) {
      theGuestGoesOnWithAnotherDaemon(lab, boot(lab, server(lab)));
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aKilledDaemonComesBackToAQemuOnDatagrams() throws Exception {
    try (Lab lab = new Lab(DGRAM)) {
      theGuestGoesOnWithAnotherDaemon(lab, boot(lab, dgram(lab)));
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  @Requires({"root", "netns", "qemu-11", "image-ast2500", "daemon"})
  void qemu11ComesBackToAnotherDaemon() throws Exception {
    try (Lab lab = new Lab(LISTEN)) {
      theGuestGoesOnWithAnotherDaemon(lab, bootQemu11(lab));
    }
  }

  /** Nothing is done in the guest: its address stays, and so does the record of it. */
  private static void theGuestGoesOnWithAnotherDaemon(Lab lab, Guest guest) throws Exception {
    works(lab, guest);
    String leases = Files.readString(lab.file("leases.json"));
    assertThat(leases).contains("10.0.2.15").contains(Lab.MAC);
    lab.restartDaemon();
    Lab.ping(guest, "10.0.2.2");
    Lab.ping(guest, Lab.FAR);
    lab.download(guest, SIZE);
    lab.upload(guest, SIZE);
    assertThat(lab.daemon().get("/v1/leases").get(0).path("ip").asString()).isEqualTo("10.0.2.15");
    assertThat(lab.daemon().get("/v1/leases").get(0).path("mac").asString()).isEqualTo(Lab.MAC);
    assertThat(Lab.lease(guest)).contains("lease: bound 10.0.2.15/24");
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aDaemonThatStandsStillUnderLoadGoesOnWithDatagrams() throws Exception {
    try (Lab lab = new Lab(DGRAM)) {
      aTransferSurvivesTenSecondsOfNothing(lab, boot(lab, dgram(lab)));
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aDaemonThatStandsStillUnderLoadGoesOnWithAQemuThatConnected() throws Exception {
    try (Lab lab = new Lab(LISTEN)) {
      aTransferSurvivesTenSecondsOfNothing(lab, boot(lab, client(lab)));
    }
  }

  private static void aTransferSurvivesTenSecondsOfNothing(Lab lab, Guest guest) throws Exception {
    int size = 50_000_000;
    Lab.lease(guest);
    Background download = guest.start(lab.downloading(size));
    Thread.sleep(500); // somewhere within the download
    assertThat(download.status()).as("the download is not over yet").isEmpty();
    lab.daemon().suspend();
    Thread.sleep(10_000);
    assertThat(guest.run("echo the guest goes on").ok()).isEqualTo("the guest goes on");
    assertThat(download.status()).as("nor is it now").isEmpty();
    lab.daemon().resume();
    Lab.downloaded(download, size);
  }
}
