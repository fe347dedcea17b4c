package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Wireshark's word on a capture, every checksum verified. */
final class Tshark {
  private static final List<String> CHECKS =
      List.of(
          "-o", "ip.check_checksum:TRUE",
          "-o", "tcp.check_checksum:TRUE",
          "-o", "udp.check_checksum:TRUE");

  private static final String UNSOUND =
      "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0"
          + " || udp.checksum.status == 0 || icmp.checksum.status == 0"
          + " || icmpv6.checksum.status == 0";

  private final Path file;

  Tshark(Path file) {
    this.file = file;
  }

  private List<String> run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", file.toString()));
    command.addAll(CHECKS);
    command.addAll(List.of(words));
    Path errors = file.resolveSibling("tshark.err");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(command + " " + errors).isZero();
    assertThat(errors).content().doesNotContain("cut short").doesNotContain("damaged");
    return output.lines().toList();
  }

  /** The packets that match a display filter, one line each. */
  List<String> packets(String filter) throws IOException, InterruptedException {
    return run("-Y", filter);
  }

  /** One field of the packets that match. */
  List<String> field(String filter, String field) throws IOException, InterruptedException {
    return run("-Y", filter, "-T", "fields", "-e", field);
  }

  /** Nothing in it is malformed, and no checksum is wrong. */
  void isSound() throws IOException, InterruptedException {
    assertThat(run("-Y", UNSOUND)).isEmpty();
  }

  /**
   * The same, packet by packet: tshark takes a connection that several interfaces show for one, and
   * what the bridge passed on whole and the port in segments for contradicting retransmissions;
   * real retransmissions to a busy guest it does not put together either. HTTP is left out: a
   * segment of a body by chance whose first bytes are CR LF would be "malformed".
   */
  void isSoundByPacket() throws IOException, InterruptedException {
    String whole = "tcp.desegment_tcp_streams:FALSE";
    assertThat(run("--disable-protocol", "http", "-o", whole, "-Y", UNSOUND)).isEmpty();
  }
}
