package dev.patchbay.backend.uplink;

import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpSocket;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;

/**
 * A guest's program on a connection: writes what it was given, then ends its direction, and keeps
 * what it reads.
 */
final class TestStream implements TcpHandler {
  final CompletableFuture<Void> connected = new CompletableFuture<>();
  final CompletableFuture<TcpError> closed = new CompletableFuture<>();
  final CompletableFuture<byte[]> ended = new CompletableFuture<>();
  final byte[] out;
  private final ByteArrayOutputStream in = new ByteArrayOutputStream();
  private final byte[] chunk = new byte[65536];
  private final boolean echo;
  private int written;

  TestStream(byte[] out, boolean echo) {
    this.out = out;
    this.echo = echo;
  }

  @Override
  public void onConnected(TcpSocket s) {
    connected.complete(null);
    onWritable(s);
  }

  @Override
  public void onReadable(TcpSocket s) {
    int n;
    while ((n = s.read(chunk, 0, chunk.length)) > 0) {
      in.write(chunk, 0, n);
      if (echo) {
        s.write(chunk, 0, n);
      }
    }
    if (n < 0) {
      ended.complete(in.toByteArray());
      if (echo) {
        s.shutdownOutput();
      }
    }
  }

  @Override
  public void onWritable(TcpSocket s) {
    if (echo) {
      return;
    }
    while (written < out.length) {
      int n = s.write(out, written, out.length - written);
      if (n <= 0) {
        return;
      }
      written += n;
    }
    s.shutdownOutput();
  }

  @Override
  public void onClosed(TcpSocket s, TcpError error) {
    closed.complete(error);
  }
}
