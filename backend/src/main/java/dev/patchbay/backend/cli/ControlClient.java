package dev.patchbay.backend.cli;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * One request to a daemon's control socket. It blocks until the answer is there, however long the
 * word takes; a daemon that ends closes the connection.
 */
public final class ControlClient {
  private ControlClient() {}

  /**
   * What a word printed and its exit status.
   *
   * @param status 0 to 255
   */
  public record Reply(int status, String stdout, String stderr) {}

  /**
   * Runs a word in the daemon.
   *
   * @param socket the control socket
   * @param argv the word and its arguments
   * @param stdin what the word may read, or null
   * @throws IOException where the daemon cannot be reached or its answer is not of the contract;
   *     the message is for the user
   */
  public static Reply exec(Path socket, List<String> argv, @Nullable String stdin)
      throws IOException {
    HttpReply http = request(socket, "POST", "/v1/exec", body(argv, stdin));
    if (http.status() != 200) {
      throw new IOException("it answered HTTP " + http.status() + ": " + error(http.text()));
    }
    return reply(http.text());
  }

  /**
   * Runs a word that prints over time, and prints it as it comes.
   *
   * @return its exit status
   * @throws IOException as {@link #exec}, and where the daemon ends before the word
   */
  static int stream(Path socket, List<String> argv, PrintStream out, PrintStream err)
      throws IOException {
    try (SocketChannel channel = send(socket, "POST", "/v1/exec?stream=1", body(argv, null))) {
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
      HttpReply.Head head = HttpReply.head(in);
      InputStream content = head.content(in);
      if (head.status() != 200) {
        String text = new String(content.readAllBytes(), StandardCharsets.UTF_8);
        throw new IOException("it answered HTTP " + head.status() + ": " + error(text));
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Reply part = part(line);
        out.print(part.stdout());
        out.flush();
        err.print(part.stderr());
        err.flush();
        if (part.status() >= 0) {
          return part.status();
        }
      }
      throw new IOException("it ended before the word");
    }
  }

  /**
   * Sends any request.
   *
   * @param method e.g. {@code GET}
   * @param target e.g. {@code /v1/ports}
   * @param body JSON, or empty
   */
  public static HttpReply request(Path socket, String method, String target, byte[] body)
      throws IOException {
    try (SocketChannel channel = send(socket, method, target, body)) {
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
      return HttpReply.read(in);
    }
  }

  private static SocketChannel send(Path socket, String method, String target, byte[] body)
      throws IOException {
    if (!Files.exists(socket)) {
      throw new IOException("no such socket; is 'patchbay run' running?");
    }
    SocketChannel channel = null;
    boolean sent = false;
    try {
      channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(socket));
      String head =
          method
              + " "
              + target
              + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
              + "Content-Type: application/json\r\nContent-Length: "
              + body.length
              + "\r\n\r\n";
      ByteArrayOutputStream out = new ByteArrayOutputStream(head.length() + body.length);
      out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(body);
      ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      sent = true;
      return channel;
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      if (!sent && channel != null) {
        channel.close();
      }
    }
  }

  static byte[] body(List<String> argv, @Nullable String stdin) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeName("argv");
      json.writeStartArray();
      for (String arg : argv) {
        json.writeString(arg);
      }
      json.writeEndArray();
      if (stdin != null) {
        json.writeName("stdin");
        json.writeString(stdin);
      }
      json.writeEndObject();
    } catch (JacksonException e) {
      throw new IOException("an argument is not text: " + e.getOriginalMessage(), e);
    }
    return out.toByteArray();
  }

  static Reply reply(String text) throws IOException {
    Reply reply = part(text);
    if (reply.status() < 0 || reply.status() > 255) {
      throw new IOException("its answer has no exit status");
    }
    return reply;
  }

  /** What an object says of an answer; the status is -1 where it is not said. */
  private static Reply part(String text) throws IOException {
    int status = -1;
    String stdout = "";
    String stderr = "";
    try (JsonParser json = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("its answer is not an object: " + text);
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        switch (name) {
          case "status" -> status = value == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : -1;
          case "stdout" -> stdout = json.getString();
          case "stderr" -> stderr = json.getString();
          default -> json.skipChildren();
        }
      }
    } catch (JacksonException e) {
      throw new IOException("its answer is not JSON: " + e.getOriginalMessage(), e);
    }
    return new Reply(status, stdout, stderr);
  }

  /** The message of {@code {"error":{"code":…,"message":…}}}, or the text itself. */
  static String error(String text) {
    try (JsonParser json = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
      for (JsonToken t = json.nextToken(); t != null; t = json.nextToken()) {
        if (t == JsonToken.PROPERTY_NAME && json.currentName().equals("message")) {
          json.nextToken();
          return json.getString();
        }
      }
    } catch (JacksonException e) {
      return text.strip(); // not of our daemon
    }
    return text.strip();
  }
}
