package dev.patchbay.backend.plug;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.SockOpt;
import dev.patchbay.backend.sys.StreamFd;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.ReceiveOffload;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Bytes;
import java.io.IOException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * QEMU's stream framing over a unix or TCP connection, one at a time, which a {@link
 * StreamListener} or a {@link StreamConnector} brings.
 *
 * <p>Reading never stops; a turn takes at most {@value #BYTE_BUDGET} bytes, the frames and the time
 * that {@link TurnShare} allows. The rest waits in the parser and in the kernel for the next one.
 * Over unix sockets a {@link SendWindow} bounds what QEMU has not read; over TCP the kernel tells
 * only what was acknowledged, so there its buffers are the bound.
 */
final class StreamPlug extends Plug implements FdHandle.Listener {
  /** Bytes of one turn. */
  static final int BYTE_BUDGET = 512 * 1024;

  private static final Logger LOG = LogManager.getLogger(StreamPlug.class);
  private static final int BUFFER = 256 * 1024;

  /**
   * Bytes of one read: some thousand of the shortest frames, so that a turn stays short whatever
   * comes.
   */
  private static final int READ = 64 * 1024;

  private static final int DRAIN_READS = 1024;
  private static final long WINDOW_POLL = 1_000_000;

  private final FrameParser parser = new FrameParser(BUFFER, FrameParser.MAX_FRAME);
  private final ReceiveOffload offload = new ReceiveOffload();
  private final SendWindow window = new SendWindow();
  private final Timer windowTimer;
  private final Timer restTimer;
  private final StallWatch watch;
  private final boolean bounded;
  private final @Nullable StreamListener listening;
  private final @Nullable StreamConnector connecting;
  private @Nullable FdHandle handle;
  private long emptyBefore;
  private boolean badLengthLogged;

  StreamPlug(Plugs context, Attachment attachment, PortDevice port) throws IOException {
    super(context, attachment, port);
    PlugAddress address = attachment.address();
    if (!(address instanceof PlugAddress.Unix) && !(address instanceof PlugAddress.Tcp)) {
      throw Plugs.wrongAddress(attachment, address);
    }
    bounded = address instanceof PlugAddress.Unix;
    windowTimer = loop.timer(this::flushLater);
    restTimer = loop.timer(this::rest);
    watch = new StallWatch(loop, this::unread, this::stallBegins);
    if (attachment.kind() == Attachment.Kind.LISTEN) {
      listening = new StreamListener(this);
      connecting = null;
    } else {
      listening = null;
      connecting = new StreamConnector(this);
      connecting.start();
    }
  }

  @Override
  public String address() {
    return listening != null ? listening.address() : attachment.address().toString();
  }

  /** Whether a connection lives. */
  boolean connected() {
    return handle != null;
  }

  /** Takes a connected socket over; there is none now. */
  void connected(int fd) {
    if (!bounded) {
      SockOpt.noDelay(fd, true);
    }
    parser.reset();
    window.reset();
    FdHandle made = loop.register(fd, this);
    handle = made;
    made.setReadable(true);
    attach();
  }

  @Override
  public void onReadable(FdHandle from) {
    restTimer.cancel();
    context.share.begin();
    int bytes = 0;
    while (parse(from) && bytes < BYTE_BUDGET) {
      int wanted = Math.min(parser.room(), READ);
      int n = StreamFd.read(from.number(), parser.buffer(), parser.writeAt(), wanted);
      statistics.reads++;
      if (n <= 0) {
        readEnded(n);
        return;
      }
      parser.filled(n);
      bytes += n;
      if (n < wanted) {
        parse(from);
        return;
      }
    }
  }

  /** What one read brought and the turn had no time for. */
  private void rest() {
    FdHandle from = handle;
    if (from != null) {
      onReadable(from);
    }
  }

  /** Works off what was read; whether it is all done and there is time for more. */
  private boolean parse(FdHandle from) {
    int length = parser.next();
    while (length > 0) {
      int frames = deliverRun(length);
      if (!from.equals(handle)) {
        return false; // what a frame made happen has closed the connection
      }
      if (context.share.isSpent(frames)) {
        // the kernel may have no more, and then reports nothing
        restTimer.arm(loop.now());
        return false;
      }
      length = parser.next();
    }
    statistics.emptyFrames += parser.emptyFrames() - emptyBefore;
    emptyBefore = parser.emptyFrames();
    if (length == FrameParser.GARBAGE) {
      badLength();
      return false;
    }
    return true;
  }

  /**
   * Hands on the frame at hand, and as one packet with it those that go on with its TCP stream.
   *
   * @return how many
   */
  private int deliverRun(int length) {
    byte[] bytes = parser.buffer();
    int at = parser.frameAt();
    if (parser.following() == 0
        || !port.takesMerged(Bytes.u48(bytes, at))
        || !offload.begin(bytes, at, length)) {
      deliver(bytes, at, length);
      return 1;
    }
    int next = parser.following();
    while (next > 0 && offload.add(bytes, parser.followingAt(), next)) {
      parser.next();
      next = parser.following();
    }
    int frames = offload.frames();
    if (frames == 1) {
      deliver(bytes, at, length);
    } else {
      deliver(offload);
    }
    return frames;
  }

  private void badLength() {
    statistics.badLengths++;
    port.statistics.rxErrors++;
    String text = "invalid frame length " + parser.badLength();
    if (!badLengthLogged) {
      badLengthLogged = true;
      LOG.warn(
          "{}: {}, expected at most {}: connection closed; further ones are only counted",
          name(),
          text,
          FrameParser.MAX_FRAME);
    }
    disconnect(text);
  }

  private void readEnded(int result) {
    if (result == -Errno.EAGAIN || result == -Errno.EINTR) {
      return;
    }
    disconnect(result == 0 ? "end of stream" : Errno.text(-result));
  }

  @Override
  public void onWritable(FdHandle from) {
    from.setWritable(false);
    flush();
  }

  @Override
  public void onError(FdHandle from, int events) {
    int error = Fd.socketError(from.number());
    if (error != 0) {
      disconnect(Errno.text(Math.abs(error)));
    }
  }

  private int unread() {
    FdHandle to = handle;
    return to == null ? 0 : Fd.unsent(to.number());
  }

  @Override
  public boolean stalled() {
    return watch.stalled();
  }

  @Override
  void flush() {
    FdHandle to = handle;
    boolean asked = false;
    while (to != null && !to.isWritable()) {
      gather.refill();
      countRefused();
      if (gather.isEmpty()) {
        windowTimer.cancel();
        return;
      }
      int length = allowedBytes(to.number());
      if (length == 0) {
        return;
      }
      if (!asked) {
        asked = true;
        watch.beforeWrite();
      }
      int n = StreamFd.write(to.number(), gather.buffer(), gather.head(), length);
      statistics.writes++;
      if (n == -Errno.EAGAIN) {
        to.setWritable(true);
        return;
      }
      if (n < 0) {
        disconnect(Errno.text(-n));
        return;
      }
      window.sent(gather.sent(n));
      watch.afterWrite();
      if (n < length) {
        to.setWritable(true);
      }
    }
  }

  /** Bytes that may be written now; where none, the timer asks again in a tick. */
  private int allowedBytes(int fd) {
    if (!bounded) {
      return gather.length();
    }
    if (window.allowed() == 0) {
      window.used(loop.now(), Fd.unsent(fd));
    }
    int length = gather.lengthOf(window.allowed());
    if (length == 0 && !windowTimer.isArmed()) {
      windowTimer.arm(loop.now() + WINDOW_POLL);
    }
    return length;
  }

  /** Ends the connection; a listener waits for the next, a connector tries again. */
  private void disconnect(String reason) {
    FdHandle old = handle;
    if (old == null) {
      return;
    }
    handle = null;
    windowTimer.cancel();
    restTimer.cancel();
    watch.reset();
    old.close();
    parser.reset();
    detach(reason);
    if (connecting != null && !isClosed()) {
      connecting.again();
    }
  }

  @Override
  void shut() {
    if (listening != null) {
      listening.close();
    }
    if (connecting != null) {
      connecting.close();
    }
    FdHandle old = handle;
    if (old != null) {
      flush();
      drain(old.number());
      disconnect("closed");
    }
  }

  /**
   * QEMU 8 and later never transmits again if a write of its was pending when the connection ended.
   */
  private void drain(int fd) {
    for (int i = 0; i < DRAIN_READS; i++) {
      int n = StreamFd.read(fd, context.buffers.scratch, 0, PlugBuffers.SCRATCH);
      if (n <= 0) {
        return;
      }
    }
  }
}
