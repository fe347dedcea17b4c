package dev.patchbay.it;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 over a unix socket, one connection for each request: as much as the control socket
 * needs, and no code of the daemon's, so that the daemon is not tested against itself.
 */
public final class ControlClient {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /**
   * An answer.
   *
   * @param status HTTP's status
   * @param body the body as text
   */
  public record Answer(int status, String body) {}

  private final Path socket;

  /** A client of the socket at this path. */
  public ControlClient(Path socket) {
    this.socket = socket;
  }

  /**
   * Sends a request and reads all of the answer, within 30 s.
   *
   * @param method e.g. {@code GET}
   * @param target path and query
   * @param body JSON to send, or null for none
   * @throws IOException if there is no connection, no answer in time, or it is no HTTP
   */
  public Answer request(String method, String target, @Nullable String body) throws IOException {
    try (Stream stream = open(method, target, body)) {
      CompletableFuture<Boolean> late = closeLater(stream.channel);
      byte[] all = stream.body.readAllBytes();
      late.cancel(false);
      return new Answer(stream.status, new String(all, StandardCharsets.UTF_8));
    } catch (ClosedChannelException e) {
      throw new IOException(
          method + " " + target + ": no answer within " + LIMIT.toSeconds() + " s", e);
    }
  }

  /** A blocking read knows no limit, but closing its channel ends it. */
  private static CompletableFuture<Boolean> closeLater(SocketChannel channel) {
    CompletableFuture<Boolean> late = new CompletableFuture<>();
    late.thenAccept(_ -> {
      try {
        channel.close();
      } catch (IOException _) {
        // it is given up anyway
      }
    });
    return late.completeOnTimeout(true, LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Sends a request whose answer has no end of its own, e.g. {@code GET /v1/events}.
   *
   * @return an open answer, to be read line by line and closed
   */
  public Stream open(String method, String target, @Nullable String body) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    try {
      byte[] content = (body == null ? "" : body).getBytes(StandardCharsets.UTF_8);
      String head = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
      if (body != null) {
        head += "Content-Type: application/json\r\nContent-Length: " + content.length + "\r\n";
      }
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      request.writeBytes((head + "\r\n").getBytes(StandardCharsets.US_ASCII));
      request.writeBytes(content);
      ByteBuffer bytes = ByteBuffer.wrap(request.toByteArray());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      CompletableFuture<Boolean> late = closeLater(channel);
      Stream stream = new Stream(channel);
      late.cancel(false);
      return stream;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** An answer that is being read. */
  public static final class Stream implements AutoCloseable {
    private final SocketChannel channel;
    private final InputStream body;
    private final int status;

    private Stream(SocketChannel channel) throws IOException {
      this.channel = channel;
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
      String[] first = line(in).split(" ", 3);
      if (first.length < 2 || !first[0].startsWith("HTTP/1.")) {
        throw new IOException("no HTTP: " + String.join(" ", first));
      }
      status = Integer.parseInt(first[1]);
      InputStream content = in;
      String header;
      while (!(header = line(in)).isEmpty()) {
        String lower = header.toLowerCase(Locale.ROOT).replace(" ", "");
        if (lower.equals("transfer-encoding:chunked")) {
          content = new Chunks(in);
        } else if (lower.startsWith("content-length:")) {
          content = new Counted(in, Long.parseLong(lower.substring("content-length:".length())));
        }
      }
      body = content;
    }

    /** HTTP's status. */
    public int status() {
      return status;
    }

    /** The next line of the body without its end, or null behind the last. */
    public @Nullable String readLine() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int b;
      while ((b = body.read()) >= 0 && b != '\n') {
        line.write(b);
      }
      return b < 0 && line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8).strip();
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException _) {
        // nothing is lost by it
      }
    }
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b;
    while ((b = in.read()) != '\n') {
      if (b < 0) {
        throw new EOFException("end within HTTP's head: " + line);
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.US_ASCII).strip();
  }

  /** A body of known length. */
  private static final class Counted extends InputStream {
    private final InputStream in;
    private long left;

    Counted(InputStream in, long length) {
      this.in = in;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      if (left == 0) {
        return -1;
      }
      int b = in.read();
      if (b < 0) {
        throw new EOFException(left + " bytes of the body are missing");
      }
      left--;
      return b;
    }
  }

  /** A body in chunks (RFC 9112 section 7.1). */
  private static final class Chunks extends InputStream {
    private final InputStream in;
    private long left;
    private boolean ended;

    Chunks(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      if (left == 0 && !ended) {
        left = Long.parseLong(line(in).split(";", 2)[0].strip(), 16);
        ended = left == 0;
      }
      if (ended) {
        return -1;
      }
      int b = in.read();
      if (b < 0) {
        throw new EOFException("end within a chunk");
      }
      if (--left == 0) {
        line(in);
      }
      return b;
    }
  }
}
