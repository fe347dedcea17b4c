package dev.patchbay.it.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.it.ControlClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The small HTTP client against answers given byte by byte. */
@Timeout(30)
class ControlClientTest {
  @TempDir Path folder;

  private final CompletableFuture<String> heard = new CompletableFuture<>();

  /** Serves one client with a ready answer, after its request has come as far as {@code until}. */
  private ControlClient serve(String until, String answer) throws IOException {
    Path path = folder.resolve("control.sock");
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    Thread.ofVirtual()
        .start(() -> {
          try (server;
              SocketChannel client = server.accept()) {
            ByteBuffer request = ByteBuffer.allocate(4096);
            String text = "";
            while (!text.endsWith(until) && client.read(request) >= 0) {
              text = new String(request.array(), 0, request.position(), StandardCharsets.UTF_8);
            }
            heard.complete(text);
            for (byte b : answer.getBytes(StandardCharsets.UTF_8)) {
              client.write(ByteBuffer.wrap(new byte[] {b}));
            }
          } catch (IOException e) {
            heard.completeExceptionally(e);
          }
        });
    return new ControlClient(path);
  }

  @Test
  void aBodyOfKnownLengthIsSentAndRead() throws Exception {
    ControlClient client =
        serve("}", "HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{\"id\": 1}and more");
    assertThat(client.request("POST", "/v1/forwards", "{\"rule\":\"é\"}"))
        .isEqualTo(new ControlClient.Answer(201, "{\"id\": 1}"));
    assertThat(heard.get(5, TimeUnit.SECONDS))
        .startsWith("POST /v1/forwards HTTP/1.1\r\nHost: ")
        .contains("\r\nContent-Length: 13\r\n")
        .endsWith("\r\n\r\n{\"rule\":\"é\"}");
  }

  @Test
  void chunksAreReadAsLines() throws Exception {
    ControlClient client =
        serve(
            "\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
                + "3\r\n{\"a\r\nB;x=y\r\n\":1}\n{\"b\":2\r\n2\r\n}\n\r\n0\r\n\r\n");
    try (ControlClient.Stream stream = client.open("GET", "/v1/events", null)) {
      assertThat(stream.status()).isEqualTo(200);
      assertThat(stream.readLine()).isEqualTo("{\"a\":1}");
      assertThat(stream.readLine()).isEqualTo("{\"b\":2}");
      assertThat(stream.readLine()).isNull();
    }
  }

  @Test
  void aBodyThatEndsWithItsConnectionIsReadWhole() throws Exception {
    ControlClient client = serve("\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nall of it");
    assertThat(client.request("GET", "/", null).body()).isEqualTo("all of it");
  }

  @Test
  void whatIsCutShortIsAnError() throws Exception {
    ControlClient client = serve("\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
    assertThatThrownBy(() -> client.request("GET", "/", null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("95 bytes of the body are missing");
  }
}
