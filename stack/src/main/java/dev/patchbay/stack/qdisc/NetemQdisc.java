package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import org.jspecify.annotations.Nullable;

/**
 * A bad link: delays, loses, duplicates, corrupts and reorders packets, and sends them at a rate or
 * in slots. A child takes them when their delay is over. Linux: {@code sch_netem.c}.
 *
 * <p>The seed, and the place in the tree, decide about each packet ({@link NetemFate}); copies that
 * netem makes draw from streams of their own.
 */
public final class NetemQdisc extends Qdisc {
  private static final long NANOS = 1_000_000_000;

  private final NetemQueue waiting = new NetemQueue();
  private NetemOptions options = new NetemOptions();
  private @Nullable Qdisc child;
  private @Nullable NetemFate fate;
  private @Nullable NetemFate copies;
  private boolean copying;

  /** Packets since the last one that overtook. */
  private long counter;

  /** A packet that overtakes goes first. */
  private @Nullable Packet front;

  /** Begin of the next slot, ns; meaningful while slots are asked for. */
  private long slotTime;

  private int slotPackets;
  private int slotBytes;
  private boolean slots;

  NetemQdisc(QdiscTree tree, int handle) {
    super(QdiscKind.NETEM, tree, handle);
  }

  /** The options as they stand; not to be changed. */
  public NetemOptions options() {
    return options;
  }

  @Override
  void change(QdiscOptions wanted) throws QdiscException {
    if (!(wanted instanceof NetemOptions netem)) {
      throw QdiscException.invalid();
    }
    options = options.changed(netem);
    counter = 0;
    if (netem.seed != null) {
      fate = null;
      copies = null;
    }
    if (fate != null) {
      fate.restart();
    }
    NetemOptions.Slot slot = options.slot;
    if (netem.slot != null && slot != null) {
      slots = (slot.minDelay() | slot.maxDelay() | slot.jitter()) != 0;
      slotTime = tree.now();
      fillSlot(slot);
    }
  }

  /** Made when the place in the tree is known. */
  private NetemFate fate() {
    NetemFate known = copying ? copies : fate;
    if (known == null) {
      Long seed = options.seed;
      String place = Integer.toHexString(parent());
      RandomSource source = seed == null ? tree.random().derive(place) : new RandomSource(seed);
      fate = new NetemFate(source);
      copies = new NetemFate(source.derive("copies"));
      known = copying ? copies : fate;
    }
    return known;
  }

  @Override
  public int classes() {
    return child == null ? 0 : 1;
  }

  @Override
  public boolean hasOneChild() {
    return true;
  }

  @Override
  public @Nullable Qdisc leaf(int minor) {
    return child;
  }

  @Override
  void graft(int minor, @Nullable Qdisc grafted) {
    Qdisc old = child;
    child = grafted;
    if (old != null) {
      abandon(old);
    }
  }

  @Override
  boolean wantsSegments() {
    return true;
  }

  @Override
  boolean enqueue(Packet packet) {
    NetemOptions o = options;
    NetemFate f = fate();
    NetemOptions.Correlations rho = o.correlations;
    // also where the copy passes another netem of the tree: each would copy the other's for ever
    boolean mayCopy = !copying && !packet.isDuplicate;
    boolean twice = mayCopy && f.duplicate.happens(o.duplicate, rho == null ? 0 : rho.duplicate());
    boolean lost = f.isLost(o);
    NetemOptions.Chance c = o.corrupt;
    boolean corrupt = c != null && f.corrupt.happens(c.probability(), c.correlation());
    long place = corrupt ? f.place.next(0) : 0;
    boolean overtakes = overtakes(o, f);
    long delay =
        f.delay.around(o.latency, o.jitter, rho == null ? 0 : rho.delay(), table(o.distribution));
    if (lost && o.ecn && Ecn.mark(packet, tree.device().linkHeader())) {
      // counted as a drop though it goes on, as Linux does
      statistics.drops++;
      lost = false;
    }
    if (lost && !twice) {
      drop(packet, DropReason.QDISC_LOSS);
      return false;
    }
    if (twice && !lost) {
      duplicate(packet);
    }
    if (corrupt) {
      corrupt(packet, place);
    }
    if (statistics.queueLength >= o.limit) {
      drop(packet, DropReason.QDISC_DROP);
      return false;
    }
    int length = packet.wireLength();
    entered(length);
    if (overtakes) {
      packet.next = front;
      front = packet;
      statistics.requeues++;
    } else {
      waiting.add(packet, leaving(o, delay, length));
    }
    return true;
  }

  private static short @Nullable [] table(@Nullable Distribution distribution) {
    return distribution == null ? null : distribution.table();
  }

  private boolean overtakes(NetemOptions o, NetemFate f) {
    if (o.gap == 0 || counter < o.gap - 1) {
      counter++;
      return false;
    }
    NetemOptions.Chance r = o.reorder;
    long probability = r == null ? NetemOptions.ALWAYS : r.probability();
    if (probability < f.reorder.next(r == null ? 0 : r.correlation())) {
      counter++;
      return false;
    }
    counter = 0;
    return true;
  }

  /** Puts a copy in at the top of the tree, whose qdiscs count one packet for one call. */
  private void duplicate(Packet packet) {
    Packet copy = packet.copy();
    Qdisc root = tree.root();
    if (copy == null || root == null) {
      return;
    }
    copy.isDuplicate = true;
    copying = true;
    try {
      root.enqueue(copy);
    } finally {
      copying = false;
    }
  }

  private void corrupt(Packet packet, long place) {
    if (packet.checksumState == Packet.CHECKSUM_PARTIAL) {
      tree.device().completeChecksum(packet);
    }
    packet.checksumState = Packet.CHECKSUM_NONE;
    int bits = packet.length() * 8;
    if (bits > 0) {
      int bit = (int) (place * bits >>> 32);
      packet.data[packet.head + (bit >>> 3)] ^= (byte) (1 << (bit & 7));
    }
  }

  /** When a packet leaves, ns: at a rate, what waits before it takes its time first. */
  private long leaving(NetemOptions o, long delay, int length) {
    long from = tree.now();
    NetemOptions.Rate rate = o.rate;
    if (rate == null || rate.bytesPerSecond() == 0) {
      return from + delay;
    }
    long wait = delay;
    long last = waiting.lastTime();
    if (last != Long.MIN_VALUE) {
      wait = Math.max(0, delay - (last - from));
      from = last;
    }
    return from + wait + nanos(length, rate);
  }

  /** {@code packet_time_ns}. */
  private static long nanos(int length, NetemOptions.Rate rate) {
    long bytes = (long) length + rate.packetOverhead();
    if (rate.cellSize() != 0) {
      bytes = Math.ceilDiv(bytes, rate.cellSize()) * (rate.cellSize() + rate.cellOverhead());
    }
    return Math.max(0, bytes) * NANOS / rate.bytesPerSecond();
  }

  @Override
  @Nullable Packet next() {
    Packet packet = front;
    if (packet != null) {
      front = packet.next;
      packet.next = null;
      return given(packet);
    }
    long now = tree.now();
    Qdisc inner = child;
    for (packet = waiting.peek(); packet != null; packet = waiting.peek()) {
      long time = packet.time;
      if (slots && slotTime < time) {
        nextSlot(now);
      }
      if (time > now || slots && slotTime > now) {
        tree.wake(slots ? Math.max(time, slotTime) : time);
        break;
      }
      waiting.poll();
      takeSlot(packet, now);
      if (inner == null) {
        return given(packet);
      }
      int length = packet.wireLength();
      if (!inner.enqueue(packet)) {
        left(length);
        statistics.drops++;
        reduceAbove(1, length);
      }
    }
    packet = inner == null ? null : inner.dequeue();
    return packet == null ? null : given(packet);
  }

  private Packet given(Packet packet) {
    left(packet.wireLength());
    sent(packet);
    return packet;
  }

  private void takeSlot(Packet packet, long now) {
    if (slots) {
      slotPackets--;
      slotBytes -= packet.wireLength();
      if (slotPackets <= 0 || slotBytes <= 0) {
        nextSlot(now);
      }
    }
  }

  /** {@code get_slot_next}. */
  private void nextSlot(long now) {
    NetemOptions.Slot slot = options.slot;
    if (slot == null) {
      return;
    }
    NetemDraw draw = fate().slot;
    long span = slot.maxDelay() - slot.minDelay();
    Distribution of = options.slotDistribution;
    long delay =
        of == null || slot.jitter() == 0
            ? slot.minDelay() + (long) (draw.next(0) / 4294967296.0 * span)
            : draw.around(slot.delay(), slot.jitter(), 0, of.table());
    slotTime = now + delay;
    fillSlot(slot);
  }

  private void fillSlot(NetemOptions.Slot slot) {
    slotPackets = slot.packets() == 0 ? Integer.MAX_VALUE : slot.packets();
    slotBytes = slot.bytes() == 0 ? Integer.MAX_VALUE : slot.bytes();
  }

  @Override
  void reset() {
    for (Packet packet = front; packet != null; packet = front) {
      front = packet.next;
      packet.next = null;
      tree.device().drop(packet, DropReason.QDISC_DROP);
    }
    for (Packet packet = waiting.poll(); packet != null; packet = waiting.poll()) {
      tree.device().drop(packet, DropReason.QDISC_DROP);
    }
    if (child != null) {
      child.purge();
    }
  }
}
