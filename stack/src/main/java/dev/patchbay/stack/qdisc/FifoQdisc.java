package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketQueue;
import org.jspecify.annotations.Nullable;

/**
 * First in, first out, bounded by packets (pfifo), by bytes (bfifo), or by packets with the oldest
 * dropped for the newest (pfifo_head_drop). Linux: {@code sch_fifo.c}.
 */
public final class FifoQdisc extends Qdisc {
  private final PacketQueue queue = new PacketQueue();
  private long limit;

  FifoQdisc(QdiscKind kind, QdiscTree tree, int handle) {
    super(kind, tree, handle);
    long packets = tree.device().queueLength();
    limit = kind == QdiscKind.BFIFO ? packets * tree.device().frameLength() : packets;
  }

  /** Packets, or bytes for bfifo. */
  public long limit() {
    return limit;
  }

  @Override
  void change(QdiscOptions options) throws QdiscException {
    if (!(options instanceof FifoOptions fifo)) {
      throw QdiscException.invalid();
    }
    limit = fifo.limit();
  }

  @Override
  boolean enqueue(Packet packet) {
    int length = packet.wireLength();
    boolean fits =
        kind() == QdiscKind.BFIFO
            ? statistics.backlog + length <= limit
            : statistics.queueLength < limit;
    if (fits) {
      queue.add(packet);
      entered(length);
      return true;
    }
    Packet oldest = kind() == QdiscKind.PFIFO_HEAD_DROP ? queue.poll() : null;
    if (oldest == null) {
      drop(packet, DropReason.QDISC_DROP);
      return false;
    }
    int gone = oldest.wireLength();
    left(gone);
    drop(oldest, DropReason.QDISC_DROP);
    queue.add(packet);
    entered(length);
    // those above count neither packet, but the bytes of the old one
    reduceAbove(0, (long) gone - length);
    return false;
  }

  /** It stays where it is ({@code qdisc_peek_head}), and may be dropped for a newer one. */
  @Override
  @Nullable Packet peek() {
    return queue.peek();
  }

  @Override
  @Nullable Packet next() {
    Packet packet = queue.poll();
    if (packet != null) {
      left(packet.wireLength());
      sent(packet);
    }
    return packet;
  }

  @Override
  void reset() {
    for (Packet packet = queue.poll(); packet != null; packet = queue.poll()) {
      tree.device().drop(packet, DropReason.QDISC_DROP);
    }
  }
}
