package dev.patchbay.it.plug;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.ControlClient;
import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the daemon tells of cables and guests: events, warnings, {@code ip link}. */
@Timeout(60)
@Requires("daemon")
class EventsTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  @TempDir Path dir;

  /** An ARP request for the gateway in QEMU's stream framing. */
  private static void ask(SocketChannel peer, String mac, int address) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(64);
    byte[] source = HexFormat.ofDelimiter(":").parseHex(mac);
    frame.putInt(60).putInt(-1).putShort((short) -1).put(source).putShort((short) 0x806);
    frame.putShort((short) 1).putShort((short) 0x800).put((byte) 6).put((byte) 4);
    frame.putShort((short) 1).put(source).putInt(address).put(new byte[6]).putInt(0x0a000202);
    peer.write(frame.rewind());
  }

  private static SocketChannel dial(Daemon daemon, String port) throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(daemon.plug(port)));
  }

  private static JsonNode next(ControlClient.Stream events, String kind) throws IOException {
    String line = events.readLine();
    while (line != null) {
      JsonNode event = JSON.readTree(line);
      if (event.path("event").asString("").equals(kind)) {
        return event;
      }
      line = events.readLine();
    }
    throw new AssertionError("no event " + kind);
  }

  private static String text(JsonNode event, String key) {
    return event.path(key).asString("");
  }

  @Test
  void linksAddressesAndDuplicatesAreTold() throws Exception {
    try (Daemon daemon =
        Daemon.start(
            "--listen",
            "unix:" + dir.resolve("a.sock") + ",name=bmc0",
            "--listen",
            "unix:" + dir.resolve("b.sock") + ",name=bmc1")) {
      assertThat(daemon.exec("ip", "link", "show", "br0").ok())
          .contains("<NO-CARRIER,BROADCAST,MULTICAST,UP>")
          .contains("state DOWN");
      try (ControlClient.Stream events = daemon.control().open("GET", "/v1/events?since=0", null);
          SocketChannel first = dial(daemon, "bmc0")) {
        JsonNode link = next(events, "link");
        assertThat(text(link, "port")).isEqualTo("bmc0");
        assertThat(link.path("link").asBoolean()).isTrue();
        assertThat(daemon.exec("ip", "link", "show", "br0").ok())
            .contains("<BROADCAST,MULTICAST,UP,LOWER_UP>")
            .contains("state UP");

        ask(first, "52:54:00:12:34:56", 0x0a00020f);
        JsonNode address = next(events, "address");
        assertThat(text(address, "port")).isEqualTo("bmc0");
        assertThat(text(address, "address")).isEqualTo("10.0.2.15");
        assertThat(text(address, "mac")).isEqualTo("52:54:00:12:34:56");

        try (SocketChannel second = dial(daemon, "bmc1")) {
          for (int i = 0; i < 20; i++) {
            ask(second, "52:54:00:12:34:56", 0x0a000210);
            ask(first, "52:54:00:12:34:56", 0x0a00020f);
          }
          JsonNode duplicate = next(events, "duplicate-mac");
          assertThat(text(duplicate, "mac")).isEqualTo("52:54:00:12:34:56");
          assertThat(duplicate.path("ports").toString()).contains("bmc0").contains("bmc1");
        }
      }
      String log = daemon.log();
      assertThat(log.lines().filter(line -> line.contains("same MAC")))
          .singleElement()
          .asString()
          .contains("bmc0")
          .contains("bmc1")
          .contains("52:54:00:12:34:56")
          .contains("-net nic,macaddr=");
    }
  }

  @Test
  void aCableThatIsPulledTakesTheBridgesCarrierAlong() throws Exception {
    try (Daemon daemon = Daemon.start("--listen", "unix:" + dir.resolve("a.sock") + ",name=bmc0");
        ControlClient.Stream events = daemon.control().open("GET", "/v1/events?since=0", null)) {
      dial(daemon, "bmc0").close();
      assertThat(next(events, "link").path("link").asBoolean()).isTrue();
      assertThat(next(events, "link").path("link").asBoolean()).isFalse();
      assertThat(daemon.exec("ip", "link", "show", "br0").ok()).contains("NO-CARRIER");
    }
  }

  @Test
  void anAst2500sPortAbove1500Warns() throws Exception {
    try (Daemon daemon =
        Daemon.start(
            "--listen",
            "unix:" + dir.resolve("a.sock") + ",name=bmc0,mtu=9000",
            "--listen",
            "unix:" + dir.resolve("b.sock") + ",name=pc,mtu=9000,ncsi=off")) {
      assertThat(daemon.ready().path("warnings").findValuesAsString("message"))
          .filteredOn(message -> message.contains("AST2500"))
          .singleElement()
          .asString()
          .startsWith("bmc0: ")
          .contains("9000");
    }
  }
}
