package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.classifier.FilterChain;
import dev.patchbay.stack.classifier.FilterException;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/**
 * A queueing discipline (Linux: {@code struct Qdisc}). On the loop of its namespace.
 *
 * <p>Handles and class ids have 16 bits of major and 16 of minor number, as Linux packs them.
 */
public abstract class Qdisc {
  /** The parent of a device's first qdisc ({@code TC_H_ROOT}). */
  public static final int ROOT = -1;

  /** The parent of what takes frames that come in ({@code TC_H_INGRESS}). */
  public static final int INGRESS = 0xffff_fff1;

  /** Counters. */
  public final QdiscStatistics statistics = new QdiscStatistics();

  final QdiscTree tree;

  /** Counts up by creation within a tree. */
  final long serial;

  private final QdiscKind kind;
  private final int handle;
  private int parent;
  private @Nullable Qdisc above;
  private @Nullable Packet peeked;

  Qdisc(QdiscKind kind, QdiscTree tree, int handle) {
    this.kind = kind;
    this.tree = tree;
    this.serial = tree.nextSerial();
    this.handle = handle;
  }

  public final QdiscKind kind() {
    return kind;
  }

  /** Major number in the upper half; 0 for one that was not asked for. */
  public final int handle() {
    return handle;
  }

  /** Class id under which it stands, {@link #ROOT} or {@link #INGRESS}. */
  public final int parent() {
    return parent;
  }

  /** Whether it came with its parent, and is listed only when asked for. */
  public final boolean isInvisible() {
    return handle == 0 && parent != ROOT;
  }

  final void placeAt(int classId, @Nullable Qdisc over) {
    parent = classId;
    above = over;
  }

  /**
   * Changes options; what a record leaves open stays.
   *
   * @throws QdiscException and nothing is changed
   */
  abstract void change(QdiscOptions options) throws QdiscException;

  /**
   * Takes a packet.
   *
   * @return false where what waits did not become more: this packet, or another for it, was dropped
   */
  abstract boolean enqueue(Packet packet);

  /** Gives the next packet that may go now, or null; one that must wait asks for a wake-up. */
  abstract @Nullable Packet next();

  /** Drops what waits and forgets what it learnt; counters of what left stay. */
  abstract void reset();

  /** Number of classes, from minor number 1. */
  public int classes() {
    return 0;
  }

  /** The minor numbers of its classes are any: it has one child. */
  public boolean hasOneChild() {
    return false;
  }

  /** Whether packets may be sorted into its classes by filters. */
  public boolean takesFilters() {
    return false;
  }

  /**
   * The filters of a class, or (0) of the qdisc itself.
   *
   * @param minor minor number of the class id
   * @throws FilterException where there can be none
   */
  public FilterChain filters(int minor) throws FilterException {
    throw FilterException.of("Class doesn't support blocks");
  }

  /** Deletes its filters: it goes. */
  void flushFilters() {}

  /** The qdisc under class {@code minor} (from 1), or null. */
  public @Nullable Qdisc leaf(int minor) {
    return null;
  }

  /**
   * Puts {@code child} (null: what it has by itself) in place of the leaf of class {@code minor}.
   */
  void graft(int minor, @Nullable Qdisc child) {
    throw new IllegalStateException(kind.text() + " has no classes");
  }

  /** Whether packets must come cut into segments, and their order and size count. */
  boolean wantsSegments() {
    return false;
  }

  /** The next packet as {@link #next} gives it, or the one that was looked at. */
  final @Nullable Packet dequeue() {
    Packet packet = peeked;
    if (packet == null) {
      return next();
    }
    peeked = null;
    left(packet.wireLength());
    return packet;
  }

  /**
   * The packet that {@link #dequeue} would give now, or null. Here it is taken out and kept ({@code
   * qdisc_peek_dequeued}): no other goes before it any more.
   */
  @Nullable Packet peek() {
    if (peeked == null) {
      peeked = next();
      if (peeked != null) {
        entered(peeked.wireLength());
      }
    }
    return peeked;
  }

  /** Drops all, its children's too. */
  final void purge() {
    if (peeked != null) {
      tree.device().drop(peeked, DropReason.QDISC_DROP);
      peeked = null;
    }
    reset();
    statistics.backlog = 0;
    statistics.queueLength = 0;
  }

  /** Counts what waits from now on. */
  final void entered(int bytes) {
    statistics.backlog += bytes;
    statistics.queueLength++;
  }

  /** Counts what waits no longer. */
  final void left(int bytes) {
    statistics.backlog -= bytes;
    statistics.queueLength--;
  }

  /** Counts a packet that goes ({@code qdisc_bstats_update}). */
  final void sent(Packet packet) {
    statistics.bytes += packet.wireLength();
    statistics.packets += Math.max(packet.gsoCount, 1);
  }

  /** Drops a packet that does not wait here. */
  final void drop(Packet packet, DropReason reason) {
    statistics.drops++;
    tree.device().drop(packet, reason);
  }

  /**
   * Tells those above that {@code packets} of {@code bytes} which they count have been dropped
   * ({@code qdisc_tree_reduce_backlog}).
   */
  final void reduceAbove(int packets, long bytes) {
    for (Qdisc up = above; up != null; up = up.above) {
      up.statistics.queueLength -= packets;
      up.statistics.backlog -= bytes;
      up.statistics.drops += packets;
    }
  }

  /** Drops what a child holds that another one has replaced, and tells those above. */
  final void abandon(Qdisc child) {
    child.reduceAbove(child.statistics.queueLength, child.statistics.backlog);
    tree.forget(child);
  }

  /** Counts a packet as queued, or, where its child did not queue it, as dropped. */
  final boolean enqueuedBelow(boolean queued, int bytes) {
    if (queued) {
      entered(bytes);
    } else {
      statistics.drops++;
    }
    return queued;
  }
}
