package dev.patchbay.stack.packet;

import org.jspecify.annotations.Nullable;

/** First in, first out; linked through the packets, which it owns. */
public final class PacketQueue {
  private @Nullable Packet first;
  private @Nullable Packet last;
  private int count;
  private long bytes;
  private long charge;

  /** Takes the packet. */
  public void add(Packet packet) {
    packet.next = null;
    if (last == null) {
      first = packet;
    } else {
      last.next = packet;
    }
    last = packet;
    count++;
    bytes += packet.length();
    charge += packet.charge();
  }

  /** Gives the oldest packet away, or null. */
  public @Nullable Packet poll() {
    Packet packet = first;
    if (packet != null) {
      first = packet.next;
      if (first == null) {
        last = null;
      }
      packet.next = null;
      count--;
      bytes -= packet.length();
      charge -= packet.charge();
    }
    return packet;
  }

  /** The oldest packet, which stays; its length must not be changed while it is queued. */
  public @Nullable Packet peek() {
    return first;
  }

  /** The newest packet, which stays. */
  public @Nullable Packet peekLast() {
    return last;
  }

  public boolean isEmpty() {
    return first == null;
  }

  /** Number of packets. */
  public int count() {
    return count;
  }

  /** Sum of their lengths. */
  public long bytes() {
    return bytes;
  }

  /** Memory that they pin. */
  public long charge() {
    return charge;
  }

  /** Drops all for one reason. */
  public void clear(DropReason reason) {
    for (Packet packet = poll(); packet != null; packet = poll()) {
      packet.drop(reason);
    }
  }

  /** Releases all without counting them as dropped. */
  public void release() {
    for (Packet packet = poll(); packet != null; packet = poll()) {
      packet.release();
    }
  }
}
