package dev.patchbay.stack.ping;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ping sockets of a namespace by identifier. */
public final class PingEngine {
  private static final int IDENTIFIERS = 65536;

  private final NetworkStack stack;
  private final RandomSource random;
  private final List<PingSocket> open = new ArrayList<>();

  /** Nothing is open yet. */
  public PingEngine(NetworkStack stack) {
    this.stack = stack;
    random = stack.random().derive("ping identifiers");
  }

  /** A ping socket of one family, without identifier. */
  public PingSocket open(boolean v4, DatagramListener listener) {
    PingSocket socket = new PingSocket(stack, this, v4, listener);
    open.add(socket);
    return socket;
  }

  /** Sockets that are open, a copy. */
  public List<PingSocket> sockets() {
    return List.copyOf(open);
  }

  void close(PingSocket socket) {
    open.remove(socket);
  }

  /** Takes an identifier: the wished one, or for 0 a free one; EADDRINUSE negated. */
  int take(PingSocket socket, int wanted) {
    if (wanted != 0) {
      for (PingSocket other : open) {
        boolean same = other.identifier() == wanted && other.isV4() == socket.isV4();
        if (same && !(other.reuseAddress && socket.reuseAddress)) {
          return -Errno.EADDRINUSE;
        }
      }
      return wanted;
    }
    int start = random.nextInt(IDENTIFIERS);
    for (int i = 0; i < IDENTIFIERS; i++) {
      int candidate = start + i & IDENTIFIERS - 1;
      if (candidate != 0 && !isTaken(candidate)) {
        return candidate;
      }
    }
    return -Errno.EADDRINUSE;
  }

  private boolean isTaken(int identifier) {
    for (PingSocket other : open) {
      if (other.identifier() == identifier) {
        return true;
      }
    }
    return false;
  }

  private @Nullable PingSocket find(boolean v4, int identifier, Packet packet, long hi, long lo) {
    for (int i = 0; i < open.size(); i++) {
      PingSocket socket = open.get(i);
      if (socket.isV4() == v4
          && socket.identifier() == identifier
          && identifier != 0
          && socket.fits(hi, lo, packet.device)) {
        return socket;
      }
    }
    return null;
  }

  /**
   * Takes an echo reply whose checksum is right ({@code ping_rcv}).
   *
   * @return false where no socket has its identifier: it stays the caller's
   */
  public boolean receive(Packet packet) {
    PingSocket socket =
        open.isEmpty()
            ? null
            : find(
                packet.isIpv4(),
                packet.icmp().id(),
                packet,
                packet.destinationHi(),
                packet.destinationLo());
    if (socket == null) {
      return false;
    }
    packet.head = packet.l4;
    if (socket.receiveBuffer().offer(packet) != ReceiveBuffer.Result.TAKEN) {
      packet.drop(DropReason.SOCKET_RCVBUFF);
    }
    return true;
  }

  /** An ICMP error that quotes an ICMP message ({@code ping_err}). */
  public void icmpError(IcmpError error) {
    byte[] b = error.packet().data;
    boolean echo = Bytes.u8(b, error.transport) == (error.isV4() ? 8 : 128);
    PingSocket socket =
        echo && !open.isEmpty()
            ? find(
                error.isV4(),
                Bytes.u16(b, error.transport + 4),
                error.packet(),
                error.srcHi,
                error.srcLo)
            : null;
    if (socket != null) {
      socket.icmpError(error);
    }
  }
}
