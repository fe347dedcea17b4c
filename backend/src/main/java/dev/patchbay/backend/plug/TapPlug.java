package dev.patchbay.backend.plug;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.NativeBuffer;
import dev.patchbay.backend.sys.Tap;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.socket.Errno;
import java.io.IOException;

/** A TAP interface of the host: one system call per frame; attached as long as it is open. */
final class TapPlug extends Plug implements FdHandle.Listener {
  private final Tap tap;
  private final FdHandle handle;

  TapPlug(Plugs context, Attachment attachment, PortDevice port) throws IOException {
    super(context, attachment, port);
    if (!(attachment.address() instanceof PlugAddress.Tap(String wanted))) {
      throw Plugs.wrongAddress(attachment, attachment.address());
    }
    tap = Tap.open(wanted);
    handle = loop.register(tap.fd(), this);
    handle.setReadable(true);
    attach();
  }

  @Override
  public String address() {
    return tap.name();
  }

  @Override
  public void onReadable(FdHandle from) {
    NativeBuffer scratch = context.buffers.scratch;
    context.share.begin();
    boolean spent = false;
    while (!spent && !from.isClosed()) {
      int n = tap.read(scratch, 0, FrameParser.MAX_FRAME);
      statistics.reads++;
      if (n > 0) {
        deliver(scratch, 0, n);
        spent = context.share.isSpent(1);
      } else {
        if (n != -Errno.EAGAIN && n != -Errno.EINTR) {
          gone(n == 0 ? "end of file" : Errno.text(-n));
        }
        return;
      }
    }
  }

  @Override
  public void onWritable(FdHandle from) {
    from.setWritable(false);
    flush();
  }

  @Override
  public void onError(FdHandle from, int events) {
    gone("the interface was removed");
  }

  private void gone(String reason) {
    handle.close();
    detach(reason);
  }

  @Override
  void flush() {
    while (!handle.isClosed() && !handle.isWritable()) {
      gather.refill();
      countRefused();
      if (gather.isEmpty()) {
        return;
      }
      int at = gather.firstFrame();
      int length = gather.frameLength(at);
      context.buffers.scratch.copyFrom(0, gather.buffer(), at, length);
      int n = tap.write(context.buffers.scratch, 0, length);
      statistics.writes++;
      if (n == -Errno.EAGAIN) {
        handle.setWritable(true);
        return;
      }
      gather.dropFirst();
      if (n < 0) {
        // EIO: the interface is down
        port.statistics.txDropped++;
        port.statistics.dropped(DropReason.PORT_DETACHED);
      }
    }
  }

  @Override
  void shut() {
    flush();
    handle.close();
  }
}
