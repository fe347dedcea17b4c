package dev.patchbay.it.spine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Background;
import dev.patchbay.it.ControlClient;
import dev.patchbay.it.Guest;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.PlugAddress;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Linux' NC-SI driver on romulus chooses and configures our channel: seen in its own debugging
 * messages and in our state.
 *
 * <p>Its first frame comes after {@code ip link set eth0 up}, and {@code ncsi} is the event of the
 * moment at which channel and transmission are both enabled: the time between the two is no less
 * than that from the first frame on.
 */
@Timeout(240)
@Requires({"root", "netns", "qemu-arm", "image-ast2500", "daemon"})
class NcsiTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  private static String[] plug(String profile) {
    return new String[] {"--listen", "unix:DIR/bmc0.sock,name=bmc0,ncsi=" + profile};
  }

  private static Guest boot(Lab lab) throws Exception {
    PlugAddress plug = PlugAddress.unix(lab.file("bmc0.sock"));
    Netdev netdev = new Netdev.Stream(plug, false, Duration.ZERO);
    return lab.boot(
        Guest.on(Board.ROMULUS_BMC).nic(netdev, Lab.MAC).append("dyndbg=\"file net/ncsi/* +p\""));
  }

  /** Time of the first event that says that the channel is configured; it is waited for. */
  private static Instant configured(Lab lab) throws Exception {
    try (ControlClient.Stream events =
        lab.daemon().control().open("GET", "/v1/events?since=0", null)) {
      String line;
      while ((line = events.readLine()) != null) {
        JsonNode event = JSON.readTree(line);
        if (event.path("event").asString("").equals("ncsi")
            && event.path("configured").asBoolean(false)) {
          return Instant.parse(event.path("time").asString());
        }
      }
    }
    throw new AssertionError("the daemon ended its events");
  }

  @Test
  void fastIsConfiguredWithinTwoSeconds() throws Exception {
    try (Lab lab = new Lab(plug("fast"))) {
      Guest guest = boot(lab);
      Instant before = Instant.now();
      guest.run("ip link set eth0 up").ok();
      assertThat(Duration.between(before, configured(lab))).isLessThan(Duration.ofSeconds(2));
      guest.runUntilOk("dmesg | grep -q 'channel 0 config done'", Duration.ofSeconds(10));
      theChannelIsSetUp(lab);
      theDriverIsContent(guest);
      Lab.lease(guest);
      Lab.ping(guest, Lab.FAR);
    }
  }

  @Test
  void strictTakesAsLongAsARealCardWhileTrafficFlows() throws Exception {
    try (Lab lab = new Lab(plug("strict"))) {
      Guest guest = boot(lab);
      Instant before = Instant.now();
      Lab.lease(guest);
      Background pings = guest.start("ping -c 8 -i 1 " + Lab.FAR);
      assertThat(pings.await(Lab.LONG).ok()).contains("8 packets received, 0% packet loss");
      assertThat(lab.port("bmc0").at("/ncsi/configured").asBoolean())
          .as("the probe still goes on while pings are answered")
          .isFalse();
      Duration took = Duration.between(before, configured(lab));
      assertThat(took).isBetween(Duration.ofSeconds(14), Duration.ofSeconds(18));
      guest.runUntilOk("dmesg | grep -q 'channel 0 config done'", Duration.ofSeconds(10));
      theChannelIsSetUp(lab);
      theDriverIsContent(guest);
      Lab.ping(guest, Lab.FAR);
    }
  }

  private static void theChannelIsSetUp(Lab lab) throws Exception {
    JsonNode ncsi = lab.port("bmc0").path("ncsi");
    assertThat(ncsi.path("packages").size()).isEqualTo(1);
    assertThat(ncsi.at("/packages/0/channels").size()).isEqualTo(1);
    JsonNode channel = ncsi.at("/packages/0/channels/0");
    assertThat(channel.path("initialState").asBoolean()).isFalse();
    assertThat(channel.path("enabled").asBoolean()).isTrue();
    assertThat(channel.path("transmit").asBoolean()).isTrue();
    assertThat(channel.path("link").asString()).startsWith("up");
    assertThat(channel.path("aens").values().stream().map(JsonNode::asString))
        .contains("link", "configuration");
    JsonNode filter = channel.at("/filters/mac/0");
    assertThat(filter.path("address").asString()).isEqualTo(Lab.MAC);
    assertThat(filter.path("enabled").asBoolean()).isTrue();
  }

  private static void theDriverIsContent(Guest guest) throws Exception {
    assertThat(guest.dmesg())
        .contains("NCSI: Channel 0 added to queue (link up)")
        .contains("NCSI: configuring channel 0")
        .contains("NCSI: channel 0 config done")
        .doesNotContain("No channel with link found")
        .doesNotContain("No channel found to configure")
        .doesNotContainIgnoringCase("timed out")
        .doesNotContainIgnoringCase("timeout");
  }
}
