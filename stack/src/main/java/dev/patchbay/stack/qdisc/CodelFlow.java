package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketQueue;
import org.jspecify.annotations.Nullable;

/**
 * One queue of fq_codel with its state of CoDel (RFC 8289 section 5; Linux: {@code codel_impl.h}).
 * Packets bear the time at which they came in {@link Packet#time}.
 */
final class CodelFlow {
  /** Minor number of the class as which it is listed. */
  final int minor;

  final PacketQueue queue = new PacketQueue();

  /** Bytes that wait. */
  long backlog;

  /** Bytes that it may still send in this turn. */
  int deficit;

  /** Whether it stands in a list, and the next one there. */
  boolean listed;

  @Nullable CodelFlow next;

  /** Drops (or marks) since it began to drop, and as it was when it began last. */
  long count;

  private long lastCount;
  private boolean dropping;

  /** When the next one is dropped, ns. */
  private long dropNext;

  /** When the delay will have been above the target for an interval, ns; 0 where it is below. */
  private long firstAbove;

  /** Forgets what was learnt of the queue ({@code codel_vars_init}). */
  void forget() {
    count = 0;
    lastCount = 0;
    dropping = false;
    dropNext = 0;
    firstAbove = 0;
  }

  /** Delay of the packet that went last, ns. */
  private long delay;

  CodelFlow(int minor) {
    this.minor = minor;
  }

  /** The next packet that goes, or null ({@code codel_dequeue}). */
  @Nullable Packet dequeue(FqCodelQdisc qdisc, long now) {
    Packet packet = qdisc.take(this);
    if (packet == null) {
      dropping = false;
      return null;
    }
    boolean drop = isLate(packet, qdisc, now);
    if (dropping) {
      dropping = drop;
      packet = dropDue(packet, qdisc, now);
    } else if (drop) {
      packet = begin(packet, qdisc, now);
    }
    if (packet != null && delay > qdisc.ceThreshold()) {
      qdisc.markLate(packet);
    }
    return packet;
  }

  private @Nullable Packet dropDue(Packet first, FqCodelQdisc qdisc, long now) {
    Packet packet = first;
    while (packet != null && dropping && now >= dropNext) {
      count++;
      if (qdisc.markCongested(packet)) {
        dropNext = law(dropNext, qdisc);
        return packet;
      }
      qdisc.dropCongested(packet);
      packet = qdisc.take(this);
      if (isLate(packet, qdisc, now)) {
        dropNext = law(dropNext, qdisc);
      } else {
        dropping = false;
      }
    }
    return packet;
  }

  private @Nullable Packet begin(Packet first, FqCodelQdisc qdisc, long now) {
    Packet packet = first;
    if (!qdisc.markCongested(first)) {
      qdisc.dropCongested(first);
      packet = qdisc.take(this);
      isLate(packet, qdisc, now);
    }
    dropping = true;
    long delta = count - lastCount;
    boolean recent = now - dropNext < 16 * qdisc.interval();
    count = delta > 1 && recent ? delta : 1;
    lastCount = count;
    dropNext = law(now, qdisc);
    return packet;
  }

  private boolean isLate(@Nullable Packet packet, FqCodelQdisc qdisc, long now) {
    if (packet == null) {
      firstAbove = 0;
      return false;
    }
    delay = now - packet.time;
    qdisc.seen(packet);
    if (delay < qdisc.target() || qdisc.statistics.backlog <= qdisc.mtu()) {
      firstAbove = 0;
      return false;
    }
    if (firstAbove == 0) {
      firstAbove = now + qdisc.interval();
      return false;
    }
    return now > firstAbove;
  }

  private long law(long time, FqCodelQdisc qdisc) {
    return time + (long) (qdisc.interval() / Math.sqrt(count));
  }
}
