package dev.patchbay.backend.device;

import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.qemu.qtest.QtestMachine;
import dev.patchbay.qemu.qtest.QtestSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The socket on which a machine speaks qtest. One client at a time; the next is served when it has
 * gone, and finds the machine as it was left.
 */
final class QtestPort implements DevicePort {
  private static final Logger LOG = LogManager.getLogger(QtestPort.class);

  private final Selector selector;
  private final QtestMachine machine;
  private final PlugAddress address;
  private final @Nullable ServerSocketChannel listener;
  private final Runnable over;
  private final ByteBuffer in = ByteBuffer.allocate(65_536).flip();
  private final ArrayDeque<ByteBuffer> out = new ArrayDeque<>();
  private @Nullable SocketChannel client;
  private QtestSession session;

  /**
   * Opens the socket.
   *
   * @param listens whether we wait for the client; else we connect to it, as QEMU does, once
   * @param over is run when a client has gone to whom we had connected
   */
  QtestPort(
      Selector selector, QtestMachine machine, PlugAddress address, boolean listens, Runnable over)
      throws IOException {
    this.selector = selector;
    this.machine = machine;
    this.address = address;
    this.over = over;
    this.session = new QtestSession(machine);
    this.listener = listens ? Sockets.listen(address) : null;
    if (listener != null) {
      listener.register(selector, SelectionKey.OP_ACCEPT, this);
    } else {
      serve(Sockets.connect(address));
    }
  }

  private void serve(SocketChannel channel) throws IOException {
    client = channel;
    session = new QtestSession(machine);
    in.clear().flip();
    out.clear();
    channel.register(selector, SelectionKey.OP_READ, this);
  }

  @Override
  public void ready(SelectionKey key) throws IOException {
    if (key.isAcceptable()) {
      SocketChannel accepted = ((ServerSocketChannel) key.channel()).accept();
      if (accepted == null) {
        return;
      }
      accepted.configureBlocking(false);
      // who comes meanwhile waits
      key.interestOps(0);
      serve(accepted);
      return;
    }
    try {
      if (key.isReadable() && out.isEmpty()) {
        read();
      }
      flush();
      // what came with commands whose answers are now taken
      while (client != null && in.hasRemaining() && out.isEmpty()) {
        tell(session.next(in));
        flush();
      }
    } catch (IOException e) {
      LOG.warn("{}", e.getMessage());
      gone();
    }
  }

  private void read() throws IOException {
    SocketChannel from = client;
    if (from == null) {
      return;
    }
    in.clear();
    int count = from.read(in);
    in.flip();
    if (count < 0) {
      gone();
    }
  }

  /** Sends what happened to interrupt lines since the last answer. */
  void tellInterrupts() {
    if (client != null) {
      tell(machine.takeInterrupts());
    }
  }

  private void tell(String lines) {
    if (!lines.isEmpty()) {
      out.add(ByteBuffer.wrap(lines.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  /** Writes what the client takes; it is not read on before it has taken all. */
  void flush() {
    SocketChannel to = client;
    if (to == null) {
      return;
    }
    try {
      for (ByteBuffer next = out.peek(); next != null; next = out.peek()) {
        to.write(next);
        if (next.hasRemaining()) {
          break;
        }
        out.remove();
      }
      SelectionKey key = to.keyFor(selector);
      key.interestOps(out.isEmpty() ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
    } catch (IOException e) {
      LOG.warn("qtest: {}", e.getMessage());
      gone();
    }
  }

  private void gone() {
    SocketChannel old = client;
    client = null;
    out.clear();
    DeviceServer.close(old);
    ServerSocketChannel again = listener;
    if (again == null) {
      over.run();
    } else if (again.isOpen()) {
      again.keyFor(selector).interestOps(SelectionKey.OP_ACCEPT);
    }
  }

  @Override
  public String address() {
    return address.toString();
  }

  @Override
  public void close() {
    DeviceServer.close(client);
    ServerSocketChannel old = listener;
    if (old != null) {
      DeviceServer.close(() -> Sockets.close(old, address));
    }
  }
}
