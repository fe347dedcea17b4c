package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.qdisc.QdiscTree;
import org.jspecify.annotations.Nullable;

/**
 * Makes packets of the segments of a large one, for qdiscs that delay, lose or meter each ({@code
 * skb_gso_segment}). What a packet knows of itself goes with each of its segments.
 */
final class SegmentCutter implements Segmenter.FrameSink {
  private final PacketPool pool;
  private int tagProtocol;
  private int tagControl;
  private @Nullable Packet whole;
  private @Nullable Packet segment;
  private @Nullable QdiscTree target;

  SegmentCutter(PacketPool pool) {
    this.pool = pool;
  }

  /**
   * Gives the segments of {@code packet}, which it takes, to {@code tree}.
   *
   * @return the number of segments for which there was no memory
   */
  int cut(Packet packet, QdiscTree tree) {
    whole = packet;
    target = tree;
    tagProtocol = packet.vlanProtocol;
    tagControl = packet.vlanTci;
    VlanTag.clear(packet); // it stays beside the segments' bytes too
    int refused = Segmenter.write(packet, this);
    handOn();
    whole = null;
    target = null;
    packet.release();
    return refused;
  }

  private void handOn() {
    Packet done = segment;
    QdiscTree tree = target;
    segment = null;
    if (done != null && tree != null) {
      tree.enqueue(done);
    }
  }

  @Override
  public int reserve(int length) {
    handOn();
    Packet from = whole;
    Packet made = from == null ? null : pool.acquire(length, from.share());
    if (from == null || made == null) {
      return -1;
    }
    made.tail = made.head + length;
    int shift = made.head - from.head;
    made.l2 = from.l2 < 0 ? -1 : from.l2 + shift;
    made.l3 = from.l3 + shift;
    made.l4 = from.l4 + shift;
    made.vlanProtocol = tagProtocol;
    made.vlanTci = tagControl;
    made.device = from.device;
    made.physicalDevice = from.physicalDevice;
    made.mark = from.mark;
    made.hash = from.hash;
    made.priority = from.priority;
    made.protocol = from.protocol;
    made.toMany = from.toMany;
    made.redirectedFrom = from.redirectedFrom;
    made.redirectedAtIngress = from.redirectedAtIngress;
    made.checksumState = Packet.CHECKSUM_UNNECESSARY;
    segment = made;
    return made.head;
  }

  @Override
  public byte[] buffer() {
    Packet made = segment;
    if (made == null) {
      throw new IllegalStateException("no segment was reserved");
    }
    return made.data;
  }
}
