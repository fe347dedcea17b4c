package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.patchbay.it.Daemon;
import dev.patchbay.it.Guest;
import dev.patchbay.it.Repository;
import dev.patchbay.it.Requires;
import dev.patchbay.it.TestData;
import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.PlugAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Captures of real exchanges, read by tshark. */
@Timeout(180)
class CaptureTest {
  private static final int SIZE = 3_000_000;

  @TempDir Path folder;

  /** A file of known bytes on the host's loopback. */
  private static HttpServer server() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server = HttpServer.create(any, 0);
    byte[] data = new TestData(SIZE).readAllBytes();
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, SIZE);
          exchange.getResponseBody().write(data);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static Guest guest(Daemon daemon) throws Exception {
    Netdev netdev = new Netdev.Stream(PlugAddress.unix(daemon.plug("bmc0")), false, Duration.ZERO);
    return Guest.on(Board.ROMULUS_BMC).nic(netdev, "52:54:00:12:34:56").boot();
  }

  @Test
  @Requires({"qemu-arm", "image-ast2500", "daemon", "tshark", "curl"})
  void aRealExchangeReadsWithoutErrors() throws Exception {
    Path all = folder.resolve("all.pcapng");
    Path stream = folder.resolve("stream.pcapng");
    HttpServer server = server();
    try (Daemon daemon =
        Daemon.start("--listen", "unix:bmc0.sock,name=bmc0", "--pcap", all.toString())) {
      assertThat(daemon.ready().at("/captures/0/file").asString("")).isEqualTo(all.toString());
      JsonNode made = post(daemon, "{\"port\":\"bmc0\",\"file\":null}");
      Process curl = curl(daemon, made.path("id").asInt(0), stream);
      try (Guest guest = guest(daemon)) {
        guest.run("ip link set eth0 up && udhcpc -i eth0 -n -q -t 10", Duration.ofSeconds(60)).ok();
        guest.run("ping -c 3 10.0.2.2").ok();
        guest.run("nslookup gateway 10.0.2.3").ok();
        guest.runUntilOk(
            "ip -6 addr show dev eth0 scope site | grep -q 'inet6 fec0::'", Duration.ofSeconds(30));
        guest.run("ping -c 3 fec0::2").ok();
        String url = "http://10.0.2.2:" + server.getAddress().getPort() + "/";
        assertThat(guest.run("wget -qO- " + url + " | sha256sum").ok())
            .startsWith(TestData.sha256(SIZE));
        guest.run("ping -c 1 -W 1 169.254.169.254");
        String drops = daemon.exec("drops", "--port", "bmc0").ok();
        assertThat(drops).contains("169.254.169.254: ICMP echo request").contains("HOST_DENIED");
      }
      assertThat(delete(daemon, made.path("id").asInt(0))).isEqualTo(204);
      assertThat(curl.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(curl.exitValue()).isZero();
      JsonNode list = daemon.get("/v1/captures");
      assertThat(list.size()).isEqualTo(1);
      assertThat(list.get(0).path("packets").asLong(0)).isPositive();
      assertThat(list.get(0).path("lost").asLong(-1)).isZero();
      assertThat(daemon.stop()).isZero();
    } finally {
      server.stop(0);
    }
    Files.copy(
        all,
        Repository.output("exchange.pcapng"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    everythingIsThere(new Tshark(all));
    onePortIsThere(new Tshark(stream));
  }

  private static void everythingIsThere(Tshark all) throws Exception {
    all.isSoundByPacket();
    assertThat(all.field("frame", "frame.interface_name")).contains("bmc0", "br0", "host0");
    // NC-SI, both ways: 1 is in, 2 is out
    assertThat(all.field("eth.type == 0x88f8", "frame.packet_flags_direction"))
        .contains("0x00000001", "0x00000002");
    assertThat(all.packets("dhcp.option.dhcp == 5 && frame.interface_name == \"bmc0\""))
        .isNotEmpty();
    assertThat(all.packets("dns.flags.response == 1")).isNotEmpty();
    assertThat(all.packets("icmpv6.type == 134")).isNotEmpty();
    // what went to the guest was cut, what the bridge passed on was not
    List<String> onPort = all.field("tcp.len > 0 && frame.interface_name == \"bmc0\"", "frame.len");
    assertThat(onPort).isNotEmpty().allMatch(length -> Integer.parseInt(length) <= 1514);
    assertThat(all.field("tcp.len > 0 && frame.interface_name == \"br0\"", "frame.len"))
        .anyMatch(length -> Integer.parseInt(length) > 1514);
    assertThat(all.field("ip.dst == 169.254.169.254", "frame.comment"))
        .anyMatch(comment -> comment.startsWith("dropped: HOST_DENIED"));
  }

  private static void onePortIsThere(Tshark stream) throws Exception {
    stream.isSoundByPacket();
    assertThat(stream.field("frame", "frame.interface_name")).containsOnly("bmc0");
    assertThat(stream.packets("eth.type == 0x88f8")).isNotEmpty();
    assertThat(stream.packets("tcp.len > 0")).hasSizeGreaterThan(SIZE / 1460);
  }

  private static JsonNode post(Daemon daemon, String body) throws IOException {
    var answer = daemon.control().request("POST", "/v1/captures", body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return JsonMapper.shared().readTree(answer.body());
  }

  private static int delete(Daemon daemon, int id) throws IOException {
    return daemon.control().request("DELETE", "/v1/captures/" + id, null).status();
  }

  private static Process curl(Daemon daemon, int id, Path to) throws IOException {
    String socket = daemon.ready().path("control").asString("");
    return new ProcessBuilder(
            "curl",
            "-sSN",
            "-o",
            to.toString(),
            "--unix-socket",
            socket,
            "http://patchbay/v1/captures/" + id)
        .inheritIO()
        .start();
  }

  @Test
  @Requires({"daemon", "tshark"})
  void anotherRunContinuesTheFileAndRefusalsAreNamed() throws Exception {
    Path file = folder.resolve("a.pcapng");
    for (int run = 0; run < 2; run++) {
      try (Daemon daemon = Daemon.start("--pcap", file.toString())) {
        assertThat(post(daemon, "{\"port\":\"net0\"}").path("file").isNull()).isTrue();
        refused(daemon, "{\"file\":\"a.pcapng\"}", 400, "expected an absolute path or null");
        refused(
            daemon, "{\"port\":\"net7\"}", 400, "port 'net7': expected net0, nflog:GROUP or null");
        refused(daemon, "{\"file\":\"" + file + "\"}", 409, "another capture is written to it");
        assertThat(daemon.stop()).isZero();
      }
    }
    new Tshark(file).isSound();
    byte[] header = {0x0a, 0x0d, 0x0d, 0x0a};
    byte[] bytes = Files.readAllBytes(file);
    int sections = 0;
    for (int at = 0; at + 4 <= bytes.length; at += 4) {
      sections += java.util.Arrays.equals(bytes, at, at + 4, header, 0, 4) ? 1 : 0;
    }
    assertThat(sections).isEqualTo(2);
  }

  private static void refused(Daemon daemon, String body, int status, String message)
      throws IOException {
    var answer = daemon.control().request("POST", "/v1/captures", body);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body()).contains(message);
  }

  @Test
  @Requires({"daemon", "tshark"})
  void standardOutputIsTheCaptureAndNothingElse() throws Exception {
    Path script = Repository.file("backend/bin/patchbay");
    Path out = folder.resolve("out.pcapng");
    Path ready = folder.resolve("ready.json");
    Process process =
        new ProcessBuilder(
                script.toString(),
                "run",
                "--dir",
                folder.resolve("d").toString(),
                "--pcap",
                "-",
                "--ready-file",
                ready.toString(),
                "--exec",
                "ip addr",
                "--",
                "sh",
                "-c",
                "echo of the command; sleep 1")
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(Files.readString(ready)).contains("\"captures\":[{\"id\":1,\"file\":\"-\"}]");
    assertThat(folder.resolve("err"))
        .content()
        .contains("of the command")
        .contains("--exec #1 'ip addr': 2: br0");
    new Tshark(out).isSound();
  }

  @Test
  @Requires("daemon")
  void aFileThatCannotBeWrittenIsNamed() throws Exception {
    Path text = Files.writeString(folder.resolve("notes"), "of somebody");
    assertThatThrownBy(() -> Daemon.start("--pcap", text.toString()))
        .hasMessageContaining("daemon ended with 1")
        .hasMessageContaining("--pcap '" + text + "': " + text + ": exists and is no pcapng file");
    assertThat(text).hasContent("of somebody");
    assertThatThrownBy(() -> Daemon.start("--pcap", "/no/such/file"))
        .hasMessageContaining("daemon ended with 1")
        .hasMessageContaining("/no/such/file: No such file or directory");
  }

  @Test
  @Requires("daemon")
  void aReaderOfStandardOutputThatLeavesIsToldByTheStatus() throws Exception {
    Path ready = folder.resolve("ready.json");
    Process process =
        new ProcessBuilder(
                Repository.file("backend/bin/patchbay").toString(),
                "run",
                "--dir",
                folder.resolve("d").toString(),
                "--pcap",
                "-",
                "--ready-file",
                ready.toString())
            .redirectError(folder.resolve("err").toFile())
            .start();
    assertThat(process.getInputStream().readNBytes(4)).containsExactly(0x0a, 0x0d, 0x0d, 0x0a);
    process.getInputStream().close();
    while (!Files.exists(ready)) {
      assertThat(process.isAlive()).isTrue();
      Thread.sleep(50);
    }
    process.toHandle().destroy();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(folder.resolve("err")).content().contains("capture -: its reader has gone");
  }
}
