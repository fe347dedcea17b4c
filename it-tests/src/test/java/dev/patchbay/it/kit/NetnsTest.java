package dev.patchbay.it.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Netns;
import dev.patchbay.it.OriginServer;
import dev.patchbay.it.Requires;
import dev.patchbay.it.TestData;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The world of a test: namespaces and what serves in them. */
@Timeout(60)
class NetnsTest {

  @Test
  @Requires({"root", "netns", "curl"})
  void twoNamespacesReachEachOtherAndNothingElse() throws Exception {
    try (Netns near = Netns.create();
        Netns far = Netns.create()) {
      String device = near.veth(far, "192.0.2.1/24", "192.0.2.2/24");
      assertThat(near.exec("ip", "-br", "link", "show", device).ok()).contains("UP");
      try (OriginServer origin = OriginServer.start(far)) {
        String who = "exec 3<>/dev/tcp/192.0.2.2/" + origin.whoPort() + "; cat <&3";
        assertThat(near.exec("bash", "-c", who).ok()).startsWith("192.0.2.1:");
        String fetch = "curl -s " + origin.bytesUrl("192.0.2.2", 1_000_000) + " | sha256sum";
        assertThat(near.exec("bash", "-c", fetch).ok()).startsWith(TestData.sha256(1_000_000));
        assertThat(near.exec("bash", "-c", ": </dev/tcp/198.51.100.1/80").succeeded()).isFalse();
      }
      assertThat(far.exec("ss", "-Hltn").ok()).isEmpty();
    }
  }

  @Test
  @Requires({"root", "netns"})
  void aNamespaceIsGoneAfterwards() throws Exception {
    Netns netns = Netns.create();
    assertThat(netns.exec("ip", "netns", "list").ok()).contains(netns.name());
    assertThat(netns.exec("ip", "-br", "addr", "show", "lo").ok()).contains("127.0.0.1/8");
    netns.close();
    try (Netns other = Netns.create()) {
      assertThat(other.exec("ip", "netns", "list").ok()).doesNotContain(netns.name() + " ");
      assertThat(other.name()).isNotEqualTo(netns.name());
    }
  }

  @Test
  void theOriginServesTakesAndEchoes() throws Exception {
    try (OriginServer origin = OriginServer.start()) {
      assertThat(download(origin, 50_000_000)).isEqualTo(TestData.sha256(50_000_000));
      assertThat(upload(origin, 3_000_001)).isEqualTo(TestData.sha256(3_000_001));
      assertThat(talk(origin.sourcePort(), "5\n")).hasSize(5);
      String hash = new String(talk(origin.sinkPort(), "abc"), StandardCharsets.US_ASCII);
      assertThat(hash.strip())
          .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
      assertThat(talk(origin.echoPort(), "hello")).asString().isEqualTo("hello");
      assertThat(talk(origin.whoPort(), "")).asString().startsWith("127.0.0.1:");
      assertThat(datagram(origin.echoPort(), "hello")).isEqualTo("hello");
    }
  }

  private static String download(OriginServer origin, long length) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(origin.bytesUrl("127.0.0.1", length))).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> answer =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream body = answer.body()) {
        byte[] chunk = new byte[65536];
        int read;
        while ((read = body.read(chunk)) >= 0) {
          digest.update(chunk, 0, read);
        }
      }
      String hash = HexFormat.of().formatHex(digest.digest());
      assertThat(answer.headers().firstValue("X-Sha256")).contains(hash);
      return hash;
    }
  }

  private static String upload(OriginServer origin, long length) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(origin.hashUrl("127.0.0.1")))
            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new TestData(length)))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  private static byte[] talk(int port, String words) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      return socket.getInputStream().readAllBytes();
    }
  }

  private static String datagram(int port, String words) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      byte[] bytes = words.getBytes(StandardCharsets.US_ASCII);
      socket.setSoTimeout(5000);
      socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
      DatagramPacket answer = new DatagramPacket(new byte[100], 100);
      socket.receive(answer);
      return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
    }
  }
}
