package dev.patchbay.sockets.blocking;

import java.lang.ref.WeakReference;
import java.net.DatagramPacket;
import org.jspecify.annotations.Nullable;

/**
 * How long a datagram may be for a {@link DatagramPacket}. The JDK keeps that number beside the
 * length of what was received last, but shows it to its own sockets alone: {@code setLength} from
 * outside changes both. So what it was is remembered here for the last packet, which programs use
 * again and again.
 */
final class PacketRoom {
  private WeakReference<@Nullable DatagramPacket> last = new WeakReference<>(null);
  private byte @Nullable [] data;
  private int offset;
  private int set;
  private int room;

  /** Bytes that may be received into it. */
  @SuppressWarnings("ReferenceEquality") // the same array, whatever it holds
  synchronized int of(DatagramPacket packet) {
    boolean untouched =
        packet.equals(last.get())
            && packet.getData() == data
            && packet.getOffset() == offset
            && packet.getLength() == set;
    return untouched ? room : packet.getLength();
  }

  /** Sets the length of what was received into it. */
  synchronized void received(DatagramPacket packet, int length, int roomBefore) {
    packet.setLength(length);
    last = new WeakReference<>(packet);
    data = packet.getData();
    offset = packet.getOffset();
    set = length;
    room = roomBefore;
  }
}
