package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.classifier.FilterChain;
import dev.patchbay.stack.classifier.FilterException;
import dev.patchbay.stack.classifier.Verdict;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/**
 * Bands of which a later one sends only while all before it are empty. A packet's priority chooses
 * its band; one whose major number is this qdisc's handle names the class. Linux: {@code
 * sch_prio.c}.
 */
public final class PrioQdisc extends Qdisc {
  private static final int MAX_BANDS = 16;
  private static final int MINOR = 0xffff;

  private PrioOptions options;
  private final int[] bandOf = new int[PrioOptions.PRIORITIES];
  private Qdisc[] bands = {};
  private final FilterChain filters;

  PrioQdisc(QdiscTree tree, int handle) throws QdiscException {
    super(QdiscKind.PRIO, tree, handle);
    filters = tree.device().filters(false);
    options = PrioOptions.DEFAULT;
    change(options);
  }

  public PrioOptions options() {
    return options;
  }

  @Override
  void change(QdiscOptions wanted) throws QdiscException {
    if (!(wanted instanceof PrioOptions prio)
        || prio.bands() < 2
        || prio.bands() > MAX_BANDS
        || prio.priomap().stream().anyMatch(band -> band >= prio.bands())) {
      throw QdiscException.invalid();
    }
    Qdisc[] next = new Qdisc[prio.bands()];
    for (int i = 0; i < next.length; i++) {
      next[i] = i < bands.length ? bands[i] : ownLeaf(i + 1);
    }
    for (int i = next.length; i < bands.length; i++) {
      abandon(bands[i]);
    }
    bands = next;
    options = prio;
    for (int i = 0; i < bandOf.length; i++) {
      bandOf[i] = prio.priomap().get(i);
    }
  }

  private Qdisc ownLeaf(int minor) {
    Qdisc made = new FifoQdisc(QdiscKind.PFIFO, tree, 0);
    made.placeAt(handle() | minor, this);
    return made;
  }

  @Override
  public int classes() {
    return bands.length;
  }

  @Override
  public @Nullable Qdisc leaf(int minor) {
    return minor >= 1 && minor <= bands.length ? bands[minor - 1] : null;
  }

  @Override
  void graft(int minor, @Nullable Qdisc child) {
    Qdisc old = bands[minor - 1];
    bands[minor - 1] = child == null ? ownLeaf(minor) : child;
    abandon(old);
  }

  @Override
  boolean wantsSegments() {
    for (Qdisc band : bands) {
      if (band.wantsSegments()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean takesFilters() {
    return true;
  }

  @Override
  public FilterChain filters(int minor) throws FilterException {
    if (minor == 0) {
      return filters;
    }
    throw minor <= bands.length
        ? FilterException.invalid()
        : FilterException.of("Specified class doesn't exist");
  }

  @Override
  void flushFilters() {
    filters.flush();
  }

  @Override
  boolean enqueue(Packet packet) {
    Qdisc band = classify(packet);
    if (band == null) {
      return false;
    }
    int length = packet.wireLength();
    return enqueuedBelow(band.enqueue(packet), length);
  }

  /** The band of a packet, or null where a filter took or dropped it ({@code prio_classify}). */
  private @Nullable Qdisc classify(Packet packet) {
    if (filters.isEmpty() || (packet.priority & ~MINOR) == handle()) {
      return band(packet.priority);
    }
    int verdict = filters.classify(packet);
    if (verdict == Verdict.CONSUMED) {
      return null;
    } else if (verdict == Verdict.SHOT) {
      drop(packet, DropReason.QDISC_DROP);
      return null;
    }
    return verdict < 0 ? band(packet.priority) : ofClass(filters.classId());
  }

  private Qdisc band(int priority) {
    if ((priority & ~MINOR) != handle()) {
      int band = (priority & ~MINOR) != 0 ? 0 : priority;
      return bands[bandOf[band & PrioOptions.PRIORITIES - 1]];
    }
    return ofClass(priority);
  }

  private Qdisc ofClass(int classId) {
    int band = (classId & MINOR) - 1;
    return bands[band < 0 || band >= bands.length ? bandOf[0] : band];
  }

  /** It stays in its band ({@code prio_peek}): one of a band before may come in between. */
  @Override
  @Nullable Packet peek() {
    for (Qdisc band : bands) {
      Packet packet = band.peek();
      if (packet != null) {
        return packet;
      }
    }
    return null;
  }

  @Override
  @Nullable Packet next() {
    for (Qdisc band : bands) {
      Packet packet = band.dequeue();
      if (packet != null) {
        left(packet.wireLength());
        sent(packet);
        return packet;
      }
    }
    return null;
  }

  @Override
  void reset() {
    for (Qdisc band : bands) {
      band.purge();
    }
  }
}
