package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket: packets leave at a rate, {@code burst} bytes at once, and no faster than {@code
 * peakrate}. They wait in a child, a bfifo of {@code limit} bytes by itself. Linux: {@code
 * sch_tbf.c}.
 *
 * <p>Wake-ups have the tick of the timer wheel, 1 ms: as with HZ=1000 a bucket of less than a
 * millisecond's bytes does not reach its rate.
 */
public final class TbfQdisc extends Qdisc {
  private @Nullable TbfOptions options;
  private PacketRate rate = new PacketRate(1, 0, 0, false);
  private @Nullable PacketRate peak;
  private Qdisc child;
  private long limit;
  private long longest;

  /** Ns at the rates: sizes of both buckets, and what is in them. */
  private long bucket;

  private long peakBucket;
  private long tokens;
  private long peakTokens;
  private long filled;

  TbfQdisc(QdiscTree tree, int handle) throws QdiscException {
    super(QdiscKind.TBF, tree, handle);
    child = noop();
    filled = tree.now();
  }

  private Qdisc noop() throws QdiscException {
    Qdisc made = QdiscKind.NOOP.create(tree, 0, null);
    made.placeAt(handle() | 1, this);
    return made;
  }

  /** What was set; never null once it is in a tree. */
  public @Nullable TbfOptions options() {
    return options;
  }

  /** Size of the bucket, ns at the rate. */
  public long bucket() {
    return bucket;
  }

  /** Size of the peak rate's bucket, ns at that rate. */
  public long peakBucket() {
    return peakBucket;
  }

  @Override
  void change(QdiscOptions wanted) throws QdiscException {
    if (!(wanted instanceof TbfOptions tbf) || tbf.rate() < 1) {
      throw QdiscException.invalid();
    }
    long size = tbf.burst();
    PacketRate peakRate = null;
    if (tbf.peakrate() != 0) {
      if (tbf.peakrate() <= tbf.rate()) {
        throw QdiscException.invalid();
      }
      size = Math.min(size, tbf.mtu());
      peakRate = new PacketRate(tbf.peakrate(), tbf.overhead(), tbf.mpu(), tbf.atm());
    }
    if (size == 0) {
      throw QdiscException.invalid();
    }
    setLimit(tbf.limit());
    options = tbf;
    rate = new PacketRate(tbf.rate(), tbf.overhead(), tbf.mpu(), tbf.atm());
    peak = peakRate;
    longest = size;
    bucket = rate.nanos(tbf.burst());
    peakBucket = peakRate == null ? 0 : peakRate.nanos(tbf.mtu());
    tokens = bucket;
    peakTokens = peakBucket;
  }

  private void setLimit(long bytes) throws QdiscException {
    limit = bytes;
    if (child instanceof FifoQdisc fifo) {
      fifo.change(new FifoOptions(bytes));
    } else if (child.kind() == QdiscKind.NOOP && bytes > 0) {
      child = new FifoQdisc(QdiscKind.BFIFO, tree, 0);
      ((FifoQdisc) child).change(new FifoOptions(limit));
      child.placeAt(handle() | 1, this);
    }
  }

  @Override
  public int classes() {
    return 1;
  }

  @Override
  public boolean hasOneChild() {
    return true;
  }

  @Override
  public @Nullable Qdisc leaf(int minor) {
    return child;
  }

  /** Without a child it drops everything ({@code tbf_graft}). */
  @Override
  void graft(int minor, @Nullable Qdisc grafted) {
    Qdisc old = child;
    try {
      child = grafted == null ? noop() : grafted;
    } catch (QdiscException e) {
      throw new IllegalStateException(e);
    }
    abandon(old);
  }

  @Override
  boolean wantsSegments() {
    return true;
  }

  @Override
  boolean enqueue(Packet packet) {
    int length = packet.wireLength();
    if (length > longest) {
      drop(packet, DropReason.QDISC_DROP);
      return false;
    }
    return enqueuedBelow(child.enqueue(packet), length);
  }

  /**
   * The packet that is next; those for which a bucket made smaller never has enough are dropped.
   */
  private @Nullable Packet payable() {
    for (Packet head = child.peek(); head != null; head = child.peek()) {
      int length = head.wireLength();
      if (length <= longest) {
        return head;
      }
      Packet taken = child.dequeue();
      if (taken == null) {
        return null;
      }
      left(length);
      drop(taken, DropReason.QDISC_DROP);
      reduceAbove(1, length);
    }
    return null;
  }

  @Override
  @Nullable Packet next() {
    Packet packet = payable();
    if (packet == null) {
      return null;
    }
    long now = tree.now();
    int length = packet.wireLength();
    long left = Math.min(now - filled, bucket);
    long peakLeft = 0;
    if (peak != null) {
      peakLeft = Math.min(left + peakTokens, peakBucket) - peak.nanos(length);
    }
    left = Math.min(left + tokens, bucket) - rate.nanos(length);
    if (left < 0 || peakLeft < 0) {
      tree.wake(now + Math.max(-left, -peakLeft));
      statistics.overlimits++;
      return null;
    }
    Packet taken = child.dequeue();
    filled = now;
    tokens = left;
    peakTokens = peakLeft;
    if (taken != null) {
      left(length);
      sent(taken);
    }
    return taken;
  }

  @Override
  void reset() {
    child.purge();
    filled = tree.now();
    tokens = bucket;
    peakTokens = peakBucket;
  }
}
