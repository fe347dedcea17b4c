package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.capture.DropRing;
import dev.patchbay.backend.control.ControlModel.ExecResult;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Bytes;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.Test;

class DropsWordTest {
  /** As the log has it: local, with its offset. */
  private static final String TIME =
      Instant.parse("2023-11-14T22:13:20.000000007Z")
          .atZone(ZoneId.systemDefault())
          .format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnnxxx"))
          .replace("+00:00", "Z");

  private final PacketPool pool = new PacketPool();
  private final DropRing ring = new DropRing(() -> 1_700_000_000_000_000_007L);

  DropsWordTest() {
    drop("net0", 0x88b5);
    drop("bmc1", 0x88b6);
  }

  private void drop(String port, int type) {
    Packet packet = pool.acquire(60);
    packet.append(60);
    java.util.Arrays.fill(packet.data, packet.head, packet.tail, (byte) 0);
    Bytes.put16(packet.data, packet.head + 12, type);
    packet.l2 = packet.head;
    packet.device = new PortDevice(4, port, 1, 1500);
    ring.dropped(packet, DropReason.PORT_BACKLOG);
  }

  private ExecResult run(String... args) {
    return DropsWord.run(ring, List.of(args), name -> name.startsWith("net"));
  }

  @Test
  void asText() {
    String time = TIME + "  ";
    String addresses = "00:00:00:00:00:00 > 00:00:00:00:00:00, ";
    assertThat(run().stdout().lines())
        .containsExactly(
            "TIME" + " ".repeat(TIME.length() - 2) + "PORT  SUMMARY" + " ".repeat(61) + "REASON",
            time + "net0  " + addresses + "ethertype 0x88b5, length 60  PORT_BACKLOG",
            time + "bmc1  " + addresses + "ethertype 0x88b6, length 60  PORT_BACKLOG");
  }

  @Test
  void asJson() {
    assertThat(run("-j", "--last", "1").stdout())
        .isEqualTo(
            """
            [{"time":"%s","port":"bmc1","length":60,\
            "summary":"00:00:00:00:00:00 > 00:00:00:00:00:00, ethertype 0x88b6, length 60",\
            "reason":"PORT_BACKLOG","table":null,"chain":null,"rule":null,\
            "text":"the guest does not take its frames"}]
            """
                .formatted(TIME));
    assertThat(run("-j", "--port=net7")).isEqualTo(new ExecResult(0, "[]\n", ""));
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThat(run("--port", "eth0").stderr())
        .isEqualTo("drops: --port 'eth0': there is no device of that name\n");
    assertThat(run("--last", "x").stderr())
        .isEqualTo("drops: --last 'x': expected a number of packets\n");
    assertThat(run("--last").stderr()).isEqualTo("drops: --last needs an argument\n");
    assertThat(run("all"))
        .isEqualTo(
            new ExecResult(
                2, "", "drops: unknown argument 'all'; expected --port NAME, --last N or -j\n"));
    assertThat(run("--help").status()).isZero();
  }
}
