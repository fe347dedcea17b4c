package dev.patchbay.backend.device;

import dev.patchbay.backend.config.DeviceConfig;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.plug.FrameParser;
import dev.patchbay.qemu.device.Wire;
import dev.patchbay.qemu.device.WireEnd;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The device's cable: QEMU's stream framing (32 bits of length in network order, the frame without
 * FCS). As with QEMU's netdevs the card's carrier does not follow the connection: what is sent
 * while nobody is there is lost.
 */
final class WirePort implements DevicePort, Wire {
  private static final Logger LOG = LogManager.getLogger(WirePort.class);

  /** Bytes that wait for a peer that does not read; frames beyond are lost. */
  private static final int ROOM = 1 << 20;

  /** Least bytes of a frame on Ethernet without FCS, to which the far end's MAC pads. */
  private static final int LEAST = 60;

  private final Selector selector;
  private final DeviceConfig config;
  private final PlugAddress address;
  private final @Nullable ServerSocketChannel listener;
  private final byte[] padded = new byte[LEAST];
  private final ByteBuffer out = ByteBuffer.allocate(ROOM);
  private FrameParser parser = parser();
  private @Nullable SocketChannel peer;
  private @Nullable WireEnd end;
  private boolean held;
  private long lost;

  /** Opens the socket where we listen; {@link #connect} does where we do not. */
  WirePort(Selector selector, DeviceConfig config) throws IOException {
    this.selector = selector;
    this.config = config;
    this.address = config.wire();
    this.listener = config.wireListens() ? Sockets.listen(address) : null;
    if (listener != null) {
      listener.register(selector, SelectionKey.OP_ACCEPT, this);
    }
  }

  private static FrameParser parser() {
    return new FrameParser(256 * 1024, FrameParser.MAX_FRAME);
  }

  /** Puts the card at the cable's other end. */
  void plug(WireEnd card) {
    end = card;
  }

  /** Whether there is still to connect. */
  boolean isToConnect() {
    return listener == null && peer == null;
  }

  /** Tries to connect; nobody's answering is no fault. */
  void connect() {
    if (!isToConnect()) {
      return;
    }
    try {
      serve(Sockets.connect(address));
    } catch (IOException e) {
      LOG.debug("{}", e.getMessage());
    }
  }

  private void serve(SocketChannel channel) throws IOException {
    peer = channel;
    parser = parser();
    held = false;
    out.clear();
    channel.register(selector, SelectionKey.OP_READ, this);
    LOG.info("{}: connected", address());
  }

  @Override
  public void ready(SelectionKey key) throws IOException {
    if (key.isAcceptable()) {
      accept(((ServerSocketChannel) key.channel()).accept());
      return;
    }
    try {
      if (key.isReadable()) {
        read();
      }
    } catch (IOException e) {
      LOG.warn("{}: {}", address(), e.getMessage());
      gone();
    }
  }

  private void accept(@Nullable SocketChannel accepted) throws IOException {
    if (accepted == null) {
      return;
    }
    if (peer != null) {
      LOG.warn("{}: a second connection is closed; one cable has one end", address());
      accepted.close();
    } else if (accepted.getRemoteAddress() instanceof InetSocketAddress from
        && !config.mayConnect(from.getAddress())) {
      LOG.warn("{}: {} may not connect (allow=)", address(), from);
      accepted.close();
    } else {
      accepted.configureBlocking(false);
      serve(accepted);
    }
  }

  private void read() throws IOException {
    SocketChannel from = peer;
    if (from == null) {
      return;
    }
    int count = from.read(ByteBuffer.wrap(parser.buffer(), parser.writeAt(), parser.room()));
    if (count < 0) {
      gone();
      return;
    }
    parser.filled(count);
    deliver();
  }

  /**
   * Gives frames to the card. As QEMU, a card in one of its profiles is asked first: what finds no
   * buffer waits, and the socket is not read.
   */
  void deliver() throws IOException {
    WireEnd card = end;
    SocketChannel from = peer;
    if (card == null || from == null) {
      return;
    }
    boolean qemu = config.isQemu();
    held = qemu && !card.ready();
    int length = held ? 0 : parser.next();
    while (length > 0) {
      give(card, length, !qemu);
      held = qemu && !card.ready();
      length = held ? 0 : parser.next();
    }
    if (length == FrameParser.GARBAGE) {
      throw new IOException("a frame of " + parser.badLength() + " bytes is none; closed");
    }
    interests(from);
  }

  private void give(WireEnd card, int length, boolean pads) {
    if (!pads || length >= LEAST) {
      card.receive(parser.buffer(), parser.frameAt(), length, true);
      return;
    }
    System.arraycopy(parser.buffer(), parser.frameAt(), padded, 0, length);
    Arrays.fill(padded, length, LEAST, (byte) 0);
    card.receive(padded, 0, LEAST, true);
  }

  /** Takes up frames that waited for the card. */
  void goOn() {
    if (held) {
      try {
        deliver();
      } catch (IOException e) {
        LOG.warn("{}: {}", address(), e.getMessage());
        gone();
      }
    }
  }

  @Override
  public void transmit(byte[] frame, int offset, int length, boolean goodFcs) {
    // a frame with a wrong FCS is dropped by whatever MAC comes next
    if (peer == null || !goodFcs || out.remaining() < 4 + length) {
      lost++;
      return;
    }
    out.putInt(length).put(frame, offset, length);
  }

  /** Writes what the card has sent. */
  void flush() {
    SocketChannel to = peer;
    if (to == null) {
      return;
    }
    try {
      out.flip();
      to.write(out);
      out.compact();
      interests(to);
    } catch (IOException e) {
      out.clear();
      LOG.warn("{}: {}", address(), e.getMessage());
      gone();
    }
  }

  private void interests(SocketChannel of) {
    int wanted = held ? 0 : SelectionKey.OP_READ;
    of.keyFor(selector).interestOps(out.position() > 0 ? wanted | SelectionKey.OP_WRITE : wanted);
  }

  private void gone() {
    LOG.info("{}: disconnected; {} frames of the card were lost so far", address(), lost);
    DeviceServer.close(peer);
    peer = null;
    held = false;
    out.clear();
  }

  @Override
  public String address() {
    ServerSocketChannel open = listener;
    try {
      return open == null ? address.toString() : Sockets.taken(open, address);
    } catch (IOException e) {
      return address.toString();
    }
  }

  @Override
  public void close() {
    DeviceServer.close(peer);
    ServerSocketChannel old = listener;
    if (old != null) {
      DeviceServer.close(() -> Sockets.close(old, address));
    }
  }
}
