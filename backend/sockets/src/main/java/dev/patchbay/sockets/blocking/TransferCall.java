package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Message;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A call that moves the bytes of one buffer or message, in several parts where it is a stream's.
 * What has been moved is its result, whatever ends it.
 */
abstract class TransferCall extends Call {
  private static final byte[] NONE = {};

  final BlockingSocket owner;
  byte[] data = NONE;
  int offset;
  int length;
  int flags;
  @Nullable SocketAddress address;

  /** Bytes so far. */
  int moved;

  private @Nullable Message message;
  private @Nullable Message rest;

  TransferCall(BlockingSocket owner) {
    super(owner.network());
    this.owner = owner;
  }

  /**
   * Of a buffer.
   *
   * @param newAddress the peer's: given to a send, null where it is connected; filled by a receive
   *     unless null
   */
  final void buffer(
      byte[] newData,
      int newOffset,
      int newLength,
      int newFlags,
      @Nullable SocketAddress newAddress) {
    data = newData;
    offset = newOffset;
    length = newLength;
    flags = newFlags;
    address = newAddress;
    moved = 0;
  }

  final void message(Message newMessage, int newFlags) {
    message = newMessage;
    buffer(NONE, 0, newMessage.total(), newFlags, null);
  }

  /** Lets go of what the caller gave it. */
  final void forget() {
    data = NONE;
    address = null;
    message = null;
    rest = null;
  }

  final boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Moves what is missing, as far as it goes at once; the bytes, or a negative error. */
  final int once(Socket socket) {
    Message m = message;
    if (m == null) {
      return moveBuffer(socket);
    }
    if (moved == 0) {
      return moveMessage(socket, m);
    }
    Message r = rest == null ? new Message() : rest;
    rest = r;
    BufferRest.of(m, moved, r);
    int n = moveMessage(socket, r);
    m.flags |= r.flags;
    return n;
  }

  /** The buffer from {@link #moved} on. */
  protected abstract int moveBuffer(Socket socket);

  protected abstract int moveMessage(Socket socket, Message part);

  @Override
  protected boolean mayWait() {
    return !owner.isNonBlocking() && !has(MessageFlags.MSG_DONTWAIT);
  }

  @Override
  final void fail(int error) {
    finish(movedOr(error));
  }

  /** The bytes moved, where there are none the error. */
  final int movedOr(int error) {
    return moved > 0 ? moved : error;
  }
}
