package dev.patchbay.backend.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.backend.config.DaemonConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @TempDir Path tmp = Path.of("/");
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Map<String, String> env = new HashMap<>();
  private String stdin = "";

  private Io io() {
    env.put("TMPDIR", tmp.toString());
    return new Io(
        new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        env,
        tmp);
  }

  private int run(String... args) {
    out.reset();
    err.reset();
    return Main.run(List.of(args), io(), Words.standard());
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void refused(int status, String message, String... args) {
    assertThat(run(args)).isEqualTo(status);
    assertThat(err()).isEqualTo("patchbay: " + message + "\n");
    assertThat(out()).isEmpty();
  }

  @Test
  void helpAndVersion() {
    assertThat(run("--help")).isZero();
    assertThat(out()).contains("Usage: patchbay run [options]").contains("Exit status");
    assertThat(run("--version")).isZero();
    assertThat(out()).startsWith("patchbay ");
    assertThat(run("run", "--help")).isZero();
    assertThat(out()).isEqualTo(RunHelp.text());
    assertThat(run("run", "--mtu", "1", "--version")).isZero();
    assertThat(run()).isEqualTo(2);
    assertThat(err()).contains("Usage: patchbay");
  }

  @Test
  void whatIsWrong() {
    refused(2, "unknown command 'x'; see patchbay --help", "x");
    refused(2, "unknown option '--x'; see patchbay --help", "--x", "ip");
    refused(2, "--control needs an argument; see patchbay --help", "--control");
    refused(2, "--name before 'list' has no meaning; see patchbay --help", "--name=a", "list");
    refused(2, "list: unexpected argument 'x'", "list", "x");
    refused(2, "--mtu '1': expected a number from 576 to 65520", "run", "--mtu", "1");
    refused(2, "--name 'a/b': expected the name of an instance", "--name", "a/b", "ip", "a");
    refused(
        2, "--control beside --name: expected one of them", "--name=a", "--control=b", "ip", "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"doctor", "shell"})
  void wordsThatAreNotThereYet(String word) {
    refused(2, "'" + word + "' is not supported yet", word, "x");
    refused(2, "'" + word + "' is not supported yet", "--name", "x", word);
    refused(2, "'" + word + "' is not supported yet", "--control=c", word, "--help");
    env.put(Main.ARGV0, "/usr/bin/" + word);
    refused(2, "unknown command 'x'; see patchbay --help", "x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tc", "tc -help", "tc help", "tc -s help"})
  void helpOfTcNeedsNoDaemon(String line) {
    assertThat(run(line.split(" ", -1))).isZero();
    assertThat(err()).startsWith("Usage: tc [ OPTIONS ]");
    assertThat(out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ip", "ip --help", "ip -help", "ip -4 help", "ip help", "ip -j"})
  void helpOfIpIsIproutesAndNeedsNoDaemon(String line) {
    assertThat(run(line.split(" ", -1))).isEqualTo(255);
    assertThat(err()).startsWith("Usage: ip [ OPTIONS ] OBJECT").endsWith("}\n");
    assertThat(out()).isEmpty();
  }

  @Test
  void helpOfOwnWordsNeedsNoDaemon() {
    assertThat(run("drops", "--help")).isZero();
    assertThat(out()).startsWith("Usage: drops [--port NAME]").contains("--last N");
    assertThat(run("--name", "x", "drops", "--last", "1", "-h")).isZero();
    assertThat(run("trace", "--help")).isZero();
    assertThat(out()).contains("Usage: trace [-c N] [-j]");
    assertThat(run("list", "--help")).isZero();
    assertThat(run("ip", "-V")).isZero();
    assertThat(out()).startsWith("ip utility");
    // all else does need one
    assertThat(run("ip", "addr")).isEqualTo(125);
    assertThat(run("drops")).isEqualTo(125);
  }

  @Test
  void theDaemonGetsWhatWasAsked() {
    List<DaemonConfig> started = new ArrayList<>();
    DaemonStarter starter =
        (config, reread, io) -> {
          started.add(config);
          return 7;
        };
    assertThat(RunCommand.run(List.of("--mtu", "9000", "--", "x", "--help"), io(), starter))
        .isEqualTo(7);
    assertThat(started.get(0).mtu()).isEqualTo(9000);
    assertThat(started.get(0).command()).containsExactly("x", "--help");
  }

  /** Answers one request with raw bytes; completes with the request. */
  private static CompletableFuture<String> serve(Path socket, String answer) throws Exception {
    Files.createDirectories(socket.getParent());
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    CompletableFuture<String> request = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          StringBuilder text = new StringBuilder();
          try (server;
              SocketChannel client = server.accept()) {
            ByteBuffer buffer = ByteBuffer.allocate(65536);
            while (!text.toString().endsWith("}") && client.read(buffer) >= 0) {
              text.append(StandardCharsets.UTF_8.decode(buffer.flip()));
              buffer.clear();
            }
            client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
          } catch (Exception e) {
            request.completeExceptionally(e);
          }
          request.complete(text.toString()); // the socket listens no more
        });
    return request;
  }

  private static String ok(String json) {
    return "HTTP/1.1 200 OK\r\ncontent-length: "
        + json.getBytes(StandardCharsets.UTF_8).length
        + "\r\n\r\n"
        + json;
  }

  @Test
  void aWordIsSentAndItsAnswerPrinted() throws Exception {
    Path socket = tmp.resolve("c");
    CompletableFuture<String> request =
        serve(socket, ok("{\"status\":3,\"stdout\":\"a\\nü\",\"x\":{\"y\":[1]},\"stderr\":\"e\"}"));
    assertThat(run("--control", "c", "ip", "-j", "addr", "\"ü")).isEqualTo(3);
    assertThat(out()).isEqualTo("a\nü");
    assertThat(err()).isEqualTo("e");
    assertThat(request.get(5, TimeUnit.SECONDS))
        .startsWith("POST /v1/exec HTTP/1.1\r\nHost: localhost\r\n")
        .endsWith("\r\n\r\n{\"argv\":[\"ip\",\"-j\",\"addr\",\"\\\"ü\"]}");
  }

  @Test
  void whereTheDaemonIsSought() throws Exception {
    String answer = ok("{\"status\":0,\"stdout\":\"\",\"stderr\":\"\"}");
    int uid = (Integer) Files.getAttribute(tmp, "unix:uid");
    Path base = tmp.resolve("patchbay-" + uid);
    CompletableFuture<String> request = serve(base.resolve("default/control.sock"), answer);
    assertThat(run("ip", "a")).isZero();
    request.get(5, TimeUnit.SECONDS);
    request = serve(base.resolve("ci/control.sock"), answer);
    env.put("PATCHBAY_CONTROL", tmp.resolve("none").toString());
    assertThat(run("--name", "ci", "ip", "a")).isZero();
    request.get(5, TimeUnit.SECONDS);
    request = serve(tmp.resolve("e"), answer);
    env.put("PATCHBAY_CONTROL", tmp.resolve("e").toString());
    env.put(Main.ARGV0, "ip");
    assertThat(run("--name", "a")).isZero(); // called as ip all arguments are ip's own
    assertThat(request.get(5, TimeUnit.SECONDS)).contains("[\"ip\",\"--name\",\"a\"]");
  }

  @Test
  void aDaemonThatCannotBeReached() throws Exception {
    String at = "cannot reach the daemon at " + tmp.resolve("c") + ": ";
    String[] words = {"--control", "c", "ip", "a"};
    refused(125, at + "no such socket; is 'patchbay run' running?", words);
    var request =
        serve(
            tmp.resolve("c"),
            "HTTP/1.1 400 Bad\r\nContent-Length: 48\r\n\r\n"
                + "{\"error\":{\"code\":\"bad\",\"message\":\"not of form\"}} ");
    refused(125, at + "it answered HTTP 400: not of form", words);
    request.get(5, TimeUnit.SECONDS);
    Files.delete(tmp.resolve("c"));
    request = serve(tmp.resolve("c"), "HTTP/1.1 200 OK\r\nContent-Length: 48\r\n\r\n{");
    refused(125, at + "it closed the connection before its answer was complete", words);
    request.get(5, TimeUnit.SECONDS);
    Files.delete(tmp.resolve("c"));
    request = serve(tmp.resolve("c"), ok("[]"));
    refused(125, at + "its answer is not an object: []", words);
    request.get(5, TimeUnit.SECONDS);
    assertThat(run(words)).isEqualTo(125); // the socket is there, nobody listens
    assertThat(err()).startsWith("patchbay: " + at + "Connection refused");
  }

  @Test
  void batchFilesAreReadByTheClient() throws Exception {
    Files.writeString(tmp.resolve("b"), "addr\n");
    stdin = "link\n";
    assertThat(ClientInput.of("ip", List.of("-n", "-b", "-ba", "b"), io()))
        .isEqualTo(new ClientInput(List.of("-n", "-b", "-batch", "-"), "addr\n"));
    assertThat(ClientInput.of("ip", List.of("-force", "-batch", "-"), io()))
        .isEqualTo(new ClientInput(List.of("-force", "-batch", "-"), "link\n"));
    assertThat(ClientInput.of("ip", List.of("-br", "a", "-b", "b"), io()))
        .isEqualTo(new ClientInput(List.of("-br", "a", "-b", "b"), null));
    assertThat(ClientInput.of("iptables-restore", List.of("-T", "nat", "-n", "b"), io()))
        .isEqualTo(new ClientInput(List.of("-T", "nat", "-n"), "addr\n"));
    assertThat(ClientInput.of("iptables-restore", List.of("-n"), io()))
        .isEqualTo(new ClientInput(List.of("-n"), "link\n"));
    assertThat(ClientInput.of("ipset", List.of("-!", "restore", "-file", "b"), io()))
        .isEqualTo(new ClientInput(List.of("-!", "restore"), "addr\n"));
    assertThat(ClientInput.of("ipset", List.of("-R"), io()))
        .isEqualTo(new ClientInput(List.of("-R"), "link\n"));
    assertThat(ClientInput.of("ipset", List.of("-o", "save", "list", "-f", "b"), io()))
        .isEqualTo(new ClientInput(List.of("-o", "save", "list", "-f", "b"), null));
    refused(1, "ip: cannot open file 'x': No such file or directory", "ip", "-batch", "x");
    CompletableFuture<String> request =
        serve(tmp.resolve("c"), ok("{\"status\":0,\"stdout\":\"\",\"stderr\":\"\"}"));
    assertThat(run("--control=c", "ip", "-batch", "b")).isZero();
    assertThat(request.get(5, TimeUnit.SECONDS))
        .endsWith("{\"argv\":[\"ip\",\"-batch\",\"-\"],\"stdin\":\"addr\\n\"}");
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void answersInChunks() throws Exception {
    HttpReply reply =
        HttpReply.read(
            bytes(
                "HTTP/1.1 100 Continue\r\n\r\n"
                    + "HTTP/1.1 201 Created\r\n"
                    + "Transfer-Encoding: Chunked\r\n"
                    + "\r\n"
                    + "3;x=y\r\n"
                    + "abc\r\n"
                    + "A\r\n"
                    + "0123456789\r\n"
                    + "0\r\n"
                    + "Trailer: x\r\n\r\n"
                    + "rest"));
    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.text()).isEqualTo("abc0123456789");
    assertThat(HttpReply.read(bytes("HTTP/1.0 200\n\nto the end")).text()).isEqualTo("to the end");
    assertThat(HttpReply.read(bytes("HTTP/1.1 204 None\r\n\r\n")).body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SSH-2.0\r\n",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\nabc\r\n",
      })
  void brokenAnswers(String text) {
    assertThatThrownBy(() -> HttpReply.read(bytes(text)))
        .isInstanceOf(IOException.class)
        .message()
        .startsWith("it");
  }
}
