package dev.patchbay.it.spine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.ControlClient;
import dev.patchbay.it.Guest;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.PlugAddress;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The administrator pulls a guest's cable and plugs it again: {@code ip link set bmc0 carrier
 * off|on}. A guest with a PHY is told by QEMU, one with NC-SI by its card, whose driver keeps the
 * interface's own carrier.
 */
@Timeout(240)
@Requires({"root", "netns", "qemu-arm", "image-ast2500", "daemon"})
class CarrierTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  private static void carrier(Lab lab, String state) throws Exception {
    lab.daemon().exec("ip", "link", "set", "bmc0", "carrier", state).ok();
  }

  /** The guest's own view of its cable; a PHY is looked at once a second. */
  private static void carrierInGuest(Guest guest, int value) throws Exception {
    guest.runUntilOk("grep -qx " + value + " /sys/class/net/eth0/carrier", Lab.LONG);
  }

  private static void isCutOff(Lab lab, Guest guest) throws Exception {
    assertThat(lab.port("bmc0").path("link").asBoolean()).isFalse();
    assertThat(lab.daemon().exec("ip", "link", "show", "bmc0").ok()).contains("NO-CARRIER");
    assertThat(guest.run("ping -c 2 -W 1 " + Lab.FAR).succeeded()).isFalse();
    assertThat(guest.run("ping -c 2 -W 1 10.0.2.2").succeeded()).isFalse();
  }

  private static void isBack(Lab lab, Guest guest) throws Exception {
    assertThat(lab.port("bmc0").path("link").asBoolean()).isTrue();
    assertThat(lab.daemon().exec("ip", "link", "show", "bmc0").ok())
        .contains("LOWER_UP")
        .doesNotContain("NO-CARRIER");
    Lab.ping(guest, Lab.FAR);
    lab.download(guest, 1_000_000);
  }

  /** The first event {@code link} by QEMU's monitor that tells this state. */
  private static void toldByQmp(Lab lab, boolean link) throws Exception {
    try (ControlClient.Stream events =
        lab.daemon().control().open("GET", "/v1/events?since=0", null)) {
      String line;
      while ((line = events.readLine()) != null) {
        JsonNode event = JSON.readTree(line);
        if (event.path("event").asString("").equals("link")
            && event.path("by").asString("").equals("qmp")
            && event.path("link").asBoolean() == link) {
          return;
        }
      }
    }
    throw new AssertionError("the daemon ended its events");
  }

  private static Guest bootWithMonitor(Lab lab) throws Exception {
    PlugAddress plug = PlugAddress.unix(lab.file("bmc0.sock"));
    return lab.boot(
        Guest.on(Board.AST2500_EVB)
            .nic(new Netdev.Stream(plug, false, Duration.ZERO), Lab.MAC)
            .more("-qmp", "unix:" + lab.file("bmc0.qmp") + ",server=on,wait=off"));
  }

  @Test
  void aPhyLosesItsCarrier() throws Exception {
    try (Lab lab = new Lab("--listen", "unix:DIR/bmc0.sock,name=bmc0,qmp=unix:DIR/bmc0.qmp")) {
      Guest guest = bootWithMonitor(lab);
      Lab.lease(guest);
      carrierInGuest(guest, 1);
      Lab.ping(guest, Lab.FAR);

      carrier(lab, "off");
      toldByQmp(lab, false);
      carrierInGuest(guest, 0);
      assertThat(guest.run("ip link show eth0").ok()).contains("NO-CARRIER");
      assertThat(guest.dmesg()).contains("Link is Down");
      isCutOff(lab, guest);

      carrier(lab, "on");
      toldByQmp(lab, true);
      carrierInGuest(guest, 1);
      isBack(lab, guest);
    }
  }

  /**
   * Pulled while no QEMU was there: the one that comes is told. Its guest sees a link all the same,
   * since QEMU's PHY has one after each reset, and the driver resets it; but nothing passes.
   */
  @Tag("full")
  @Test
  void aCableThatWasPulledBeforeStaysPulled() throws Exception {
    try (Lab lab = new Lab("--listen", "unix:DIR/bmc0.sock,name=bmc0,qmp=unix:DIR/bmc0.qmp")) {
      carrier(lab, "off");
      Guest guest = bootWithMonitor(lab);
      toldByQmp(lab, false);
      guest.run("ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0").ok();
      isCutOff(lab, guest);

      carrier(lab, "on");
      toldByQmp(lab, true);
      Lab.ping(guest, "10.0.2.2");
    }
  }

  @Test
  void anNcsiGuestIsToldByItsCard() throws Exception {
    try (Lab lab = new Lab("--listen", "unix:DIR/bmc0.sock,name=bmc0")) {
      PlugAddress plug = PlugAddress.unix(lab.file("bmc0.sock"));
      Guest guest =
          lab.boot(
              Guest.on(Board.ROMULUS_BMC)
                  .nic(new Netdev.Stream(plug, false, Duration.ZERO), Lab.MAC)
                  .append("dyndbg=\"file net/ncsi/* +p\""));
      guest.run("ip link set eth0 up").ok();
      guest.runUntilOk("dmesg | grep -q 'channel 0 config done'", Lab.LONG);
      Lab.lease(guest);
      Lab.ping(guest, Lab.FAR);
      assertThat(channelLink(lab)).startsWith("up");

      carrier(lab, "off");
      guest.runUntilOk("dmesg | grep -q 'LSC AEN - channel 0 state down'", Lab.LONG);
      assertThat(channelLink(lab)).startsWith("down");
      isCutOff(lab, guest);

      carrier(lab, "on");
      guest.runUntilOk("dmesg | grep -q 'LSC AEN - channel 0 state up'", Lab.LONG);
      assertThat(channelLink(lab)).startsWith("up");
      isBack(lab, guest);
      carrierInGuest(guest, 1);
    }
  }

  private static String channelLink(Lab lab) throws Exception {
    return lab.port("bmc0").at("/ncsi/packages/0/channels/0/link").asString("");
  }
}
